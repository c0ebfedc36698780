/** Watches a stream for what tells one QEMU release from another. */
import type { EventOf, StreamEvent } from '../stream/events.js';
import { PAGE_COMPRESSED, PAGE_XBZRLE, type PageBatch } from '../stream/page-batch.js';
import {
  MIG_CMD_ENABLE_COLO,
  MIG_CMD_PING,
  MIG_CMD_POSTCOPY_RESUME,
  MIG_CMD_POSTCOPY_RUN,
  MIG_CMD_RECV_BITMAP,
  MIG_CMD_SWITCHOVER_START,
  PING_PACKAGED_LOADED,
} from '../wire/command.js';
import { guessQemu, type QemuGuess, type TraceName } from '../wire/versions.js';
import type { FieldDescription, VmsdDescription, VmstateDescription } from '../vmstate/vmdesc.js';

export class TraceWatcher {
  private readonly seen = new Set<TraceName>();
  private machine: string | undefined;
  private ramStarted = false;
  private advised = false;
  private firstFull: 'apic' | 'timer' | undefined;

  event(event: StreamEvent): void {
    switch (event.kind) {
      case 'configuration':
        this.machine = event.machine;
        this.seen.add('configuration');
        if (event.pageBits !== undefined) this.seen.add('target-page-bits');
        if (event.capabilities) this.seen.add('capabilities');
        if (event.uuid !== undefined) this.seen.add('uuid');
        if (event.capabilities?.includes('mapped-ram')) this.seen.add('mapped-ram');
        break;
      case 'section-start':
        this.section(event);
        break;
      case 'ram-blocks':
        if (this.seen.has('mapped-ram') && event.blocks.some((block) => !block.mappedRam))
          this.seen.add('mapped-ram-ignored');
        break;
      case 'ram-mark':
        if (event.name === 'MULTIFD_FLUSH') this.seen.add('multifd-flush');
        break;
      case 'record':
        if (event.name === 'DEV_INIT_DATA_SENT') this.seen.add('vfio-init-data-sent');
        if (event.name === 'DEV_CONFIG_LOAD_READY') this.seen.add('vfio-config-load-ready');
        break;
      case 'command':
        this.command(event);
        break;
      case 'vmdesc':
        if (event.description) this.vmdesc(event.description);
        break;
      default:
    }
  }

  pages({ kinds }: PageBatch): void {
    if (kinds & (1 << PAGE_XBZRLE)) this.seen.add('xbzrle');
    if (kinds & (1 << PAGE_COMPRESSED)) this.seen.add('compressed-pages');
  }

  guess(): QemuGuess {
    return guessQemu(this.seen, this.machine);
  }

  private section({ idstr, section }: EventOf<'section-start'>): void {
    if (idstr === 'ram') this.ramStarted = true;
    else if (section === 'full' && !this.ramStarted) this.seen.add('early-full');
    if (idstr === 'block' && section === 'start') this.seen.add('block-section');
    if (section === 'full' && (idstr === 'apic' || idstr === 'timer') && !this.firstFull) this.firstFull = idstr;
    else if (idstr === 'timer' && this.firstFull === 'apic') this.seen.add('apic-first');
    else if (idstr === 'apic' && this.firstFull === 'timer') this.seen.add('timer-first');
  }

  private command({ code, payload, packaged }: EventOf<'command'>): void {
    this.seen.add('command');
    if (payload.targetPageSize !== undefined) this.advised = true;
    if (code === MIG_CMD_ENABLE_COLO) this.seen.add('enable-colo');
    if (code === MIG_CMD_SWITCHOVER_START) this.seen.add('switchover-start');
    if (code === MIG_CMD_POSTCOPY_RESUME || code === MIG_CMD_RECV_BITMAP) this.seen.add('recovery-command');
    if (code === MIG_CMD_PING && packaged && payload.value === PING_PACKAGED_LOADED) this.seen.add('ping-packaged');
    const ended = code === MIG_CMD_POSTCOPY_RUN && packaged && this.advised;
    if (ended && !this.seen.has('ping-packaged')) this.seen.add('no-ping-packaged');
  }

  private vmdesc(description: VmstateDescription): void {
    const { bytes } = description;
    const opening = bytes ? Buffer.from(bytes.subarray(0, 200)).toString('latin1') : description.text.slice(0, 200);
    this.seen.add(opening.includes('" : ') ? 'vmdesc-spaced' : 'vmdesc-compact');
    this.seen.add(description.configuration ? 'vmdesc-configuration' : 'vmdesc-no-configuration');
    for (const device of description.devices) this.arrays(device);
  }

  /** How the elements of an array that is described one by one are told apart. */
  private arrays(vmsd: VmsdDescription): void {
    const { fields } = vmsd;
    fields.forEach((field, i) => {
      if (field.type === 'nullptr') this.seen.add('vmdesc-nullptr');
      if (field.type === 'ptr-marker') this.seen.add('vmdesc-ptr-marker');
      const next = fields[i + 1];
      if (isElement(field) && next && isElement(next) && next.name === field.name)
        this.pair(field, next, fields[i + 2]);
      if (field.struct) this.arrays(field.struct);
    });
    vmsd.subsections.forEach((subsection) => this.arrays(subsection));
  }

  private pair(field: FieldDescription, next: FieldDescription, after: FieldDescription | undefined): void {
    const last = after?.name !== field.name;
    if (field.index === undefined && next.index === undefined) this.seen.add('vmdesc-index-none');
    else if (last && field.index !== undefined)
      this.seen.add(next.index === undefined ? 'vmdesc-index-some' : 'vmdesc-index-all');
  }
}

/** Plain structs repeat under one name only as elements of an array. */
function isElement(field: FieldDescription): boolean {
  return field.type === 'struct' && field.arrayLength === undefined;
}
