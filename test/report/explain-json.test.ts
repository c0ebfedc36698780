import { describe, expect, it } from 'vitest';
import { explain } from '../../src/report/explain-capture.js';
import { explainDocument } from '../../src/report/explain-json.js';
import { jsonDocument } from '../../src/bytes/json.js';
import { fixturePath } from '../fixtures.js';
import { expectValid } from './schemas.js';

const LINE = 'get_pci_config_device: Bad config data: i=0x34 read: 84 device: 98 cmask: ff wmask: 0 w1cmask:0';
const RNG = ['5.2', '7.2'].map((release) => fixturePath(`diff/virtio-rng-${release}.bin`).pathname);

describe('explainDocument', () => {
  it.each([
    ['a rule', 'MIG130', []],
    ['a kind of failure', 'F1', []],
    ['a line', LINE, []],
    ['a line and two captures', LINE, RNG],
    ['a line and what cannot be read', LINE, ['nowhere']],
  ])('of %s is what the schema says', async (_, what, captures) => {
    const document = JSON.parse(jsonDocument(explainDocument(what, await explain(what, captures)))) as unknown;
    expectValid('explain', document);
    expect(document).toMatchObject({ schema: 'migscope/explain/1', what });
  });
});
