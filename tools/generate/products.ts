/** All that is generated, one product a file or region. A generator for something new adds its products here. */
import { openApiFile } from './http/openapi';
import { httpTables } from './http/tables';
import type { Product } from './product';
import { dispatchers } from './console/dispatchers';
import { consoleDocuments } from './console/documents';
import { cddl } from './wire/cddl';
import { linkMessages, smsOperations } from './wire/messages';
import { relayRule } from './wire/relay';
import { flashConstants } from './flash/constants';
import { flashPage } from './flash/page';
import { specTables } from './wire/spec';
import { wireNumbers } from './wire/numbers';

export const PRODUCTS: Product[] = [
  openApiFile,
  ...httpTables,
  wireNumbers,
  linkMessages,
  smsOperations,
  relayRule,
  ...specTables,
  ...cddl,
  ...dispatchers,
  ...consoleDocuments,
  flashConstants,
  flashPage,
];
