import { RequestMethod, type INestApplicationContext, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { ACCESS, type Access } from '../common/access.js';

/** One route of the API, as the controllers declare it. */
export interface HubRoute {
  readonly method: string;
  /** With a slash at the front and `:name` for parameters. */
  readonly path: string;
  /** Undefined where nobody has said who may call it: such a hub does not start. */
  readonly access: Access | undefined;
  /** `Class.method`, for messages. */
  readonly handler: string;
}

/** Every route of every controller, sorted by path: what the start check, tests and documents are made from. */
export function routesOf(app: INestApplicationContext): HubRoute[] {
  return discoverRoutes(app.get(DiscoveryService, { strict: false }), app.get(Reflector, { strict: false }));
}

export function discoverRoutes(discovery: DiscoveryService, reflector: Reflector): HubRoute[] {
  const scanner = new MetadataScanner();
  return discovery
    .getControllers()
    .flatMap(({ metatype }) => (typeof metatype === 'function' ? [metatype as Type<object>] : []))
    .flatMap((Controller) => {
      const prototype = Controller.prototype as Record<string, () => unknown>;
      return scanner
        .getAllMethodNames(prototype)
        .flatMap((name) => routesOfMethod(Controller, name, prototype[name], reflector));
    })
    .sort((a, b) => (a.path + a.method < b.path + b.method ? -1 : 1));
}

function routesOfMethod(
  Controller: Type<object>,
  name: string,
  handler: (() => unknown) | undefined,
  reflector: Reflector,
): HubRoute[] {
  if (!handler) return [];
  const own = pathsIn(handler);
  const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
  if (method === undefined) return [];
  const access = reflector.getAllAndOverride<Access | undefined>(ACCESS, [handler, Controller]);
  return pathsIn(Controller).flatMap((prefix) =>
    own.map((path) => ({
      method: RequestMethod[method] ?? 'ALL',
      path: `/${[...prefix.split('/'), ...path.split('/')].filter((step) => step !== '').join('/')}`,
      access,
      handler: `${Controller.name}.${name}`,
    })),
  );
}

const pathsIn = (target: object): string[] =>
  [Reflect.getMetadata(PATH_METADATA, target) as string | string[] | undefined]
    .flat()
    .filter((path) => path !== undefined);
