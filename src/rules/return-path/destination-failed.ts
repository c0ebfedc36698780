import type { Rule } from '../rule.js';

export const destinationFailed: Rule = {
  meta: {
    code: 'MIG361',
    name: 'destination-failed',
    family: 'return-path',
    severity: 'error',
    what: 'the destination says that it has failed',
    why: 'SHUT closes the return path: with 0 when all has been loaded, with anything else when loading failed. The source then goes on running its guest.',
    fix: 'look into the log of the destination; migscope explain tells what its messages mean',
    cites: [{ function: 'source_return_path_thread', text: 'Sibling indicated error %d', versions: '2.5 and later' }],
    follows: ['*'],
    invariants: ['INV-M173'],
  },
  watch({ report }) {
    return {
      channel({ name, role }) {
        if (role !== 'return-path') return undefined;
        return {
          message({ name: message, fields, offset, length }) {
            if (message !== 'SHUT' || fields.status === 0) return;
            report({
              message: `SHUT ${Number(fields.status)}: the destination could not load the migration`,
              channel: name,
              offset,
              length,
              expected: '0',
              found: `${Number(fields.status)}`,
            });
          },
        };
      },
    };
  },
};
