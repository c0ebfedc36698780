/** Lines about the state of assigned devices. */
import { isVfio } from '../../wire/vfio.js';
import { compareVersions, machineVersion } from '../../wire/versions.js';
import { change, type Evidence, type Inquiry, machineOf, mainOf, seen, sectionsOf, shown, type Told } from './told.js';

/** How the state of each device travels. */
function* travels({ side, ...told }: Told): Generator<readonly [packets: number, text: string]> {
  for (const { idstr, instance, bytes } of sectionsOf({ side, ...told }).filter((one) => isVfio(one.idstr))) {
    const sent = side.summary?.devices.find((one) => one.idstr === idstr && one.instance === instance);
    yield sent
      ? [
          sent.packets,
          `${idstr} of ${told.label} comes in packets, ${sent.packets} of them, with ${sent.bytes} bytes of state`,
        ]
      : [0, `${idstr} of ${told.label} comes on the main channel alone, with ${bytes} bytes`];
  }
}

/** Packets or the main channel: what the line says of it, where it says so, and what the streams have. */
export const transfer: Inquiry = ({ values: { main, packet, ready } }, a, b) => {
  const said: Evidence[] = [];
  for (const told of b ? [a, b] : [a])
    for (const [packets, text] of travels(told)) {
      const fits = main ? packets === 0 : (packet ?? '') !== '' || (ready ?? '') !== '' ? packets > 0 : false;
      said.push(told === a && fits ? shown(text) : seen(text));
    }
  if (said.length === 0) return [seen(`${a.label} has no VFIO device`)];
  if (main) said.push(change('set x-migration-multifd-transfer=on at the source too, or off at the destination'));
  if (packet || ready)
    said.push(change('set x-migration-multifd-transfer=on at the destination too, or off at the source'));
  return said;
};

export const configLoad: Inquiry = (_, a) => {
  const ready = a.side.records.filter(({ records }) => records.some(({ name }) => name === 'DEV_CONFIG_LOAD_READY'));
  if (ready.length === 0) return [seen(`${a.label} has no DEV_CONFIG_LOAD_READY: the line is of another stream`)];
  return [
    ...ready.map(({ section }) => shown(`${section} of ${a.label} sends DEV_CONFIG_LOAD_READY`)),
    change('set x-migration-load-config-after-iter=on at the destination too, or off at the source'),
  ];
};

/** What keeps a source, or a destination, from sending the state of devices in packets. */
export const transferHindered: Inquiry = (_, a) => {
  const { recorded = [], inferred = [] } = mainOf(a)?.capabilities ?? {};
  const capabilities = new Set([...recorded, ...inferred]);
  const channels = (a.side.summary?.channels ?? []).flatMap(({ multifd }) => (multifd ? [multifd] : []));
  const method = channels.flatMap(({ methods }) => methods).find((one) => one !== 'none');
  const machine = machineOf(a);
  const version = machine === undefined ? undefined : machineVersion(machine);
  const hindrances = [
    ...(method === undefined ? [] : [`the pages of ${a.label} are compressed by ${method}`]),
    ...(capabilities.has('mapped-ram') ? [`${a.label} is a mapped-ram file`] : []),
    ...(version !== undefined && compareVersions(version, '10.0') < 0
      ? [`${machine} sends no SWITCHOVER_START: machine types do since 10.0`]
      : []),
    ...(channels.length === 0 && !capabilities.has('multifd') ? [`${a.label} was sent without multifd`] : []),
  ];
  return hindrances.length > 0
    ? hindrances.map(shown)
    : [seen(`nothing in ${a.label} keeps devices from sending packets: it is the other side that cannot`)];
};

export const switchoverAck: Inquiry = (_, a) =>
  mainOf(a)?.capabilities.inferred.includes('switchover-ack')
    ? [
        shown(`${a.label} was sent with switchover-ack on`),
        change('at the destination, before migrate-incoming: switchover-ack on, return-path on'),
      ]
    : [seen(`${a.label} has no DEV_INIT_DATA_SENT: the line is of another stream`)];
