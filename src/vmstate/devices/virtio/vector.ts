/** The interrupt vector of a queue or of the config space. */
import { words } from '../../meaning.js';

/** VIRTIO_NO_VECTOR. */
export const NO_VECTOR = 0xffff;

export const VECTOR = words((value) => (value === NO_VECTOR ? 'none' : undefined));
