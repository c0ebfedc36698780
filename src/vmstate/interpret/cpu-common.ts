/** `cpu_common`: what every CPU has. Source: include/hw/core/cpu.h and include/exec/cpu-all.h in QEMU. */
import { bits } from '../meaning.js';
import { as, type Interpreter } from './interpretation.js';

export const CPU_COMMON: readonly Interpreter[] = [
  {
    vmsd: 'cpu_common',
    fields: {
      interrupt_request: as(
        bits({
          1: 'HARD',
          2: 'EXITTB',
          3: 'TGT_EXT_0',
          4: 'TGT_EXT_1',
          5: 'HALT',
          6: 'TGT_EXT_2',
          7: 'DEBUG',
          8: 'TGT_INT_0',
          9: 'TGT_EXT_3',
          10: 'RESET',
          11: 'TGT_INT_1',
          12: 'TGT_EXT_4',
          13: 'TGT_INT_2',
        }),
      ),
    },
  },
];
