/** All that a stream can come wrapped in, and how one gets through several layers of it. */
import { peek } from '../bytes/peek.js';
import type { ByteSource } from '../bytes/source.js';
import { InputError } from '../finding.js';
import { compressed } from './compressed/formats.js';
import { libvirtSave } from './libvirt-save.js';
import { GZIP_MAGIC, PACKET_CAPTURE_MAGICS, QCOW2_MAGIC } from './magic.js';
import { SNIFF_SIZE } from './sniff.js';
import type { Attachment, OneInside, SeveralInside, Unwrapped, UnwrapOptions, Wrapper } from './wrapper.js';

/** The only method of gzip there is. */
const DEFLATE = 8;

// What opens them is loaded when there is one: a bare stream, which most are, should not wait for it.
const gzip: Wrapper = {
  recognises: (head) => head.length >= 3 && head.readUInt16BE(0) === GZIP_MAGIC && head[2] === DEFLATE,
  unwrap: async (source) => (await import('./compressed/gzip.js')).openGzip(source),
};
const qcow2: Wrapper = {
  recognises: (head) => head.length >= 4 && head.readUInt32BE(0) === QCOW2_MAGIC,
  takesPart: true,
  unwrap: async (source, options) => (await import('./qcow2/index.js')).openQcow2(source, options),
};
const pcap: Wrapper = {
  recognises: (head) => head.length >= 4 && PACKET_CAPTURE_MAGICS.includes(head.readUInt32BE(0)),
  takesPart: true,
  unwrap: async (source, options) => (await import('./pcap/pcap-wrapper.js')).openPcap(source, options),
};

/** In no order: no two begin alike. */
const WRAPPERS: readonly Wrapper[] = [gzip, ...compressed, libvirtSave, qcow2, pcap];

/** A compressed packet capture of compressed save images is not what anybody has; a file that unpacks to itself can be made. */
const MAX_LAYERS = 4;

/**
 * Opens layer by layer until what comes out is none that is known. A source that is no wrapper comes back as it is. What comes
 * out closes the source, and so does an error.
 *
 * @throws InputError when a layer cannot be opened, or there is no end of them
 */
export async function unwrap(
  source: ByteSource,
  options: UnwrapOptions = {},
): Promise<(OneInside & { readonly attachments: readonly Attachment[] }) | SeveralInside> {
  const layers: string[] = [];
  const attachments: Attachment[] = [];
  let inner = source;
  let named = options.part;
  try {
    for (let depth = 0; ; depth++) {
      const peeked = await peek(inner, SNIFF_SIZE);
      const wrapper = WRAPPERS.find(({ recognises }) => recognises(peeked.head));
      if (!wrapper) {
        if (named !== undefined) throw new InputError(`${source.name} has nothing in it that could be named #${named}`);
        return { source: peeked.source, layers, attachments };
      }
      if (wrapper.takesPart) named = undefined;
      if (depth === MAX_LAYERS) {
        throw new InputError(
          `${source.name} is wrapped more than ${MAX_LAYERS} times`,
          'unpack it with the tools that packed it',
        );
      }
      const inside = await wrapper.unwrap(peeked.source, options);
      layers.push(...inside.layers);
      if (isSeveral(inside)) return { ...inside, layers };
      attachments.push(...(inside.attachments ?? []));
      inner = inside.source;
    }
  } catch (error) {
    inner.close();
    throw error;
  }
}

export function isSeveral(inside: Unwrapped): inside is SeveralInside {
  return 'channels' in inside;
}
