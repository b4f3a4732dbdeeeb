/** docs/openapi.json: the HTTP API as OpenAPI 3.1, as the API itself serves it. */
import { CALL_GROUPS } from '../../../host/api/calls';
import { openApi } from '../../../host/api/operate/openapi';
import type { Product } from '../product';

export const openApiFile: Product = {
  file: 'docs/openapi.json',
  make: () => JSON.stringify(openApi(CALL_GROUPS), null, 2) + '\n',
};
