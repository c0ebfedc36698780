import type { Rule } from '../rule.js';

/** Whether a stream has the section is a property of each side; the vmdesc knows what the source did. */
export const configurationMissing: Rule = {
  meta: {
    code: 'MIG205',
    name: 'configuration-missing',
    family: 'configuration',
    severity: 'error',
    what: 'the configuration section is missing although the source wrote it',
    why: 'A destination of the same configuration reads the section right behind the header and gives up where another byte stands.',
    fix: 'the bytes between the header and the first section are lost; take the stream again',
    cites: [
      {
        function: 'qemu_loadvm_state_header',
        text: 'Configuration section missing, %x != %x',
        versions: '2.4 and later',
      },
    ],
    invariants: ['INV-010', 'INV-011'],
  },
  watch({ facts, report }) {
    return {
      end() {
        const { vmdesc, machine } = facts;
        if (machine !== undefined || !vmdesc?.description?.configuration) return;
        report({
          message: 'no configuration section behind the header, but the vmdesc describes one',
          channel: vmdesc.channel,
          offset: 8,
          length: 1,
          related: [{ message: 'the vmdesc', channel: vmdesc.channel, offset: vmdesc.offset }],
        });
      },
    };
  },
};
