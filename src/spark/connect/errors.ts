import { AttuneError } from '../../errors.ts';
import { type GrpcError, status } from './channel.ts';
import { Message } from './protobuf.ts';

/** What Spark says about an error beyond one line. */
export interface RootCause {
  /** Message of the first cause. */
  message: string;
  /** Spark's name for the kind of error, such as `TABLE_OR_VIEW_NOT_FOUND`. */
  kind: string;
}

/** Asks the server for the cause of an error; undefined when it has none to tell. */
export async function rootCause(error: GrpcError, fetch: (id: string) => Promise<Message>): Promise<RootCause | undefined> {
  try {
    const id = error.details && errorId(error.details);
    if (!id) return undefined;
    const reply = await fetch(id);
    const errors = reply.messages(2);
    let at = reply.int(1);
    const kind = errors[at]?.message(5).text(1) ?? '';
    while (errors[at]?.has(4) && errors[at].int(4) !== at) at = errors[at].int(4);
    return errors[at] && { message: errors[at].text(2), kind };
  } catch {
    return undefined;
  }
}

/** The error that a caller gets. */
export function clusterError(error: GrpcError, cause: RootCause | undefined): AttuneError {
  const what = (cause?.message || error.message).split('\n\nJVM stacktrace')[0].slice(0, 600).trim();
  const said = what.replace(/[.\s]+$/, '');
  const unreachable = `The Spark Connect server cannot be reached: ${said}. Check the address, use_ssl, and that the server runs.`;
  const text: Record<number, string> = {
    [status.unavailable]: unreachable,
    [status.deadline]: unreachable,
    [status.unauthenticated]: `The Spark Connect server refuses this sign-in: ${said}. Check the token in the address.`,
    [status.permission]: `The Spark Connect server does not allow this: ${said}. Check the token in the address and the rights of its user.`,
  };
  const refused = `Spark refused or failed${cause?.kind ? ` (${cause.kind})` : ''}: ${said}. Repair what it names, or look into the log of the Spark driver.`;
  return new AttuneError('ERR_CLUSTER', text[error.status] ?? refused, { cause: error });
}

/** The id by which a server knows more about an error: in the metadata of a `google.rpc.ErrorInfo`. */
function errorId(details: Uint8Array): string | undefined {
  for (const any of new Message(details).messages(3)) {
    for (const entry of any.message(2).messages(3)) if (entry.text(1) === 'errorId') return entry.text(2);
  }
  return undefined;
}
