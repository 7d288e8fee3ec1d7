// Where the Durable Objects of a connector are: by name, within the jurisdiction that the operator chose.
import type { ConnectorName } from '../shared/ids.ts';
import type { ConnectorRpc } from './connector/rpc.ts';
import type { EdgeEnv } from './env.ts';
import type { AccountReports, SubscriptionRpc } from './graph/account-rpc.ts';

export interface ObjectBindings {
  CONNECTOR: DurableObjectNamespace;
  SUBSCRIPTION: DurableObjectNamespace;
}

/** A connector's object as others call it; `fetch` takes the tunnel's upgrade. */
export type ConnectorStub = ConnectorRpc &
  AccountReports & { fetch(request: Request): Promise<Response> };

export interface Objects {
  connector(name: ConnectorName): ConnectorStub;
  subscription(name: ConnectorName, accountId: string): SubscriptionRpc;
}

/** Local workerd knows no jurisdictions: there is one machine, and it is where it is. */
export function objects(
  bindings: ObjectBindings,
  env: Pick<EdgeEnv, 'jurisdiction' | 'selfHosted'>,
): Objects {
  const within = (namespace: DurableObjectNamespace) =>
    env.jurisdiction && !env.selfHosted ? namespace.jurisdiction(env.jurisdiction) : namespace;
  const stub = <T>(namespace: DurableObjectNamespace, name: string) =>
    within(namespace).getByName(name) as unknown as T;
  return {
    connector: (name) => stub<ConnectorStub>(bindings.CONNECTOR, name),
    subscription: (name, accountId) =>
      stub<SubscriptionRpc>(bindings.SUBSCRIPTION, `${name}/${accountId}`),
  };
}
