// The password grant (ROPC, facts/graph.md §3.2) up to the user: lockout, MFA, expiry, policies.
import type { User } from './directory.ts';
import { type LoginRefusal, refuseLogin } from './login-error.ts';
import type { Tenant } from './tenant.ts';
import type { World } from './world.ts';

/** The user whose password was given, or why not. Wrong tries count towards the lockout. */
export function signInWithPassword(
  world: World,
  tenant: Tenant,
  form: URLSearchParams,
): User | LoginRefusal {
  const username = form.get('username');
  const password = form.get('password');
  if (!username) return refuseLogin(900144, "Parameter: 'username'.");
  if (!password) return refuseLogin(900144, "Parameter: 'password'.");
  const user = tenant.directory.find(username);
  if (!user) return refuseLogin(50034);
  const { signIn } = user;
  if (signIn.lockedUntil > world.now()) return refuseLogin(50053);
  if (signIn.password === null) return refuseLogin(50056);
  // Entra trims what it is sent, so a password with blanks at its ends never matches.
  if (password.trim() !== signIn.password) {
    signIn.wrongTries += 1;
    if (signIn.wrongTries >= world.knobs.lockoutAfter) {
      signIn.wrongTries = 0;
      signIn.lockedUntil = world.now() + world.knobs.lockoutMs;
    }
    return refuseLogin(50126);
  }
  signIn.wrongTries = 0;
  const refusal = checkAccount(user);
  if (refusal) return refusal;
  return signIn.mfa ? refuseLogin(50076) : user;
}

/** What stops a user whatever proves who they are. */
export function checkAccount(user: User): LoginRefusal | null {
  if (!user.accountEnabled) return refuseLogin(50057);
  if (user.signIn.passwordExpired) return refuseLogin(50055);
  return user.signIn.blockedBy === null ? null : refuseLogin(user.signIn.blockedBy);
}
