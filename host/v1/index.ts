// Formats of the published chaincloud-v app, for both the website and V. Spec: docs/published-app.md.

export * from './vtest-info';
export * from './signed-message';
export * from './signed-string';
export * from './bound-info';
export * from './outs';
export * from './http-client';
