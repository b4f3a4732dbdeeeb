/** Signatures of the peer; see types.ts. */
import { Peer, PeerOptions } from './types';
export declare function createPeer(options: PeerOptions): Peer;
