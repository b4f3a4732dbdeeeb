/** The wire protocol for host programs and for other people's: codec, wire numbers, link, messages, channel, SMS. */
export * from './cbor';
export * from './errors';
export * from './crypto';
export * from './wire';
export * from './link/messages';
export * from './bytes';
export * from './channel/channel';
export * from './channel/channel-v';
export * from './request/authority';
export * from './request/outs';
export * from './link/types';
export * from './link/peer';
export * from './sms/v1';
export * from './sms/v2';
