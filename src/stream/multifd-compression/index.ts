/** The methods by name. */
import type { MultifdMethod } from '../../wire/multifd.js';
import { qatzipUnpacker } from './qatzip.js';
import { qplUnpacker } from './qpl.js';
import { uadkUnpacker } from './uadk.js';
import type { Unpacker } from './unpacker.js';
import { ZlibUnpacker } from './zlib.js';
import { ZstdUnpacker } from './zstd.js';

export type CompressionMethod = Exclude<MultifdMethod, 'none'>;

const MAKE: Readonly<Record<CompressionMethod, () => Unpacker>> = {
  zlib: () => new ZlibUnpacker(),
  zstd: () => new ZstdUnpacker(),
  qpl: qplUnpacker,
  uadk: uadkUnpacker,
  qatzip: qatzipUnpacker,
};

export function makeUnpacker(method: CompressionMethod): Unpacker {
  return MAKE[method]();
}
