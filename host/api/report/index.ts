// Statements as others make them.

export { statement } from './statement';
export { statementCsv } from './csv';
export type { Statement } from '../calls/shapes';
