/** Signatures of the published app's text protocol. Parsers answer undefined for any text that the app or HSM would not send. */
export interface V1Open { qh: string; hId: number }
export interface V1Verify { side: number; batchNo: number; /** undefined: the dialect before coins were named */ coin?: string }
export interface V1Accept { qc: string; cId: number; hId: number }
export interface V1Addresses { side: number; batchNo: number; signature: string; cId: number; coin?: string }
export declare function v1ParseToCold(text: string): { open: V1Open } | { channelOk: number } | { verify: V1Verify } | undefined;
export declare function v1ParseToV(text: string): { accept: V1Accept } | { addresses: V1Addresses } | undefined;
export declare function v1FormatOpen(m: V1Open): string;
export declare function v1FormatChannelOk(cId: number): string;
export declare function v1FormatVerify(m: V1Verify): string;
export declare function v1FormatAccept(m: V1Accept): string;
export declare function v1FormatAddresses(m: V1Addresses): string;
/** The text a request's vc_code signs; throws `v1-bad-field` for quotes, backslashes and control characters. */
export declare function v1RequestText(m: { coinCode: string; dynamic: number; outs: string; userTxNo: string; outType?: number; memo?: string | null }): string;
/** The text a batch's signature signs: "0,<address>:1,<address>:" */
export declare function v1BatchText(addresses: string[]): string;
/** Header octets and length of "Bitcoin Signed Message" around `text`; hash the result twice with SHA-256. */
export declare function v1SignedPayload(text: string): Uint8Array;
