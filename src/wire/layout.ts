/** Fixed structures are described by `layout`, which the containers need as well. */
export * from '../bytes/layout.js';
