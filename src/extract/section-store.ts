/** Writes the payloads of FULL sections, one file each. A section that comes again, as in every round of COLO, replaces what it was. */
import type { StreamEvent, StreamSink } from '../stream/events.js';
import type { OutputDirectory } from '../bytes/output-directory.js';
import type { SafeNames } from './safe-name.js';

export interface StoredSection {
  readonly idstr: string;
  readonly instance: number;
  readonly version: number;
  readonly file: string;
  /** How often it came; the file has the last. */
  readonly times: number;
}

/** Files that are made; a stream with more sections is no guest's. */
const MAX_SECTIONS = 1 << 14;

export class SectionStore implements StreamSink {
  readonly wantsDeviceState = true;
  readonly rawDevices = true;
  /** More sections than are written: the rest is left out. */
  exceeded = false;

  private readonly sections = new Map<string, StoredSection>();

  constructor(
    private readonly directory: OutputDirectory,
    private readonly names: SafeNames,
  ) {}

  event(event: StreamEvent): void {
    if (event.kind !== 'device-state') return;
    const { idstr, instance, version, payload } = event;
    const key = `${instance}:${idstr}`;
    const known = this.sections.get(key);
    if (!known && this.sections.size >= MAX_SECTIONS) {
      this.exceeded = true;
      return;
    }
    const file = known?.file ?? this.names.assign(`sections/${idstr}`, `.${instance}.bin`);
    this.directory.write(file, payload);
    this.sections.set(key, { idstr, instance, version, file, times: (known?.times ?? 0) + 1 });
  }

  stored(): StoredSection[] {
    return [...this.sections.values()];
  }
}
