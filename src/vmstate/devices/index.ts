/** The layouts that are built in. A new one is a file in this folder and a line here. */
import type { OpaqueLayout } from '../opaque.js';
import { msixState } from './msix-state.js';
import { pciConfig, pciIrqState } from './pci-config.js';
import { shpc } from './shpc.js';
import { vfioConfig } from './vfio-config.js';

export const LAYOUTS: readonly OpaqueLayout[] = [msixState, pciConfig, pciIrqState, shpc, vfioConfig];
