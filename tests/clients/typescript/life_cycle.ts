// The life of a profile, by openapi-fetch with the types that openapi-typescript generates (contract.ts).
//
// BASE_URL and API_KEY say where the server is. Paths, parameters, bodies and answers are typed, so that tsc proves
// what the server then confirms.

import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./contract.js";

type Schemas = components["schemas"];
type AccessProfile = Schemas["AccessProfile"];
type Answer<T> = { data?: T; error?: Schemas["BifrostError"] };

const MEMBERS = ["ada.lovelace", "alan.turing"] as const;
const [ADA] = MEMBERS;

const client = createClient<paths>({
  baseUrl: variable("BASE_URL"),
  headers: { Authorization: `Bearer ${variable("API_KEY")}` },
});

const profile = await createAndChange();
const role = await giveToMembers(profile);
await raiseABudget(profile);
await addVirtualKeys(profile);
await propagate(profile);
await readTheHistory(profile);
await takeAway(profile, role);

function variable(name: string): string {
  const value = process.env[name];
  assert(value, `set ${name}`);
  return value;
}

/** Return what a request was answered with. */
function answered<T>(answer: Answer<T>): T {
  assert(answer.data !== undefined, JSON.stringify(answer.error));
  return answer.data;
}

/** Return the envelope of a request that was refused. */
function refused<T>(answer: Answer<T>): Schemas["BifrostError"] {
  assert(answer.error !== undefined, "the request was not refused");
  return answer.error;
}

/** Create a profile, read it, and change it with `If-Match`. A change that comes too late is refused. */
async function createAndChange(): Promise<AccessProfile> {
  const { access_profile: created } = answered(
    await client.POST("/access-profiles", {
      body: {
        name: "Translator",
        description: null,
        tags: ["eu"],
        provider_configs: [{ provider_name: "openai", allowed_models: ["gpt-4o-mini"] }],
        budgets: [{ max_limit: 20, reset_duration: "1M" }],
        rate_limit: { request_max_limit: 60, request_reset_duration: "1h" },
      },
    }),
  );
  assert.equal(created.is_active, false);
  assert.equal(created.rate_limit?.request_max_limit, 60);

  const path = { profile_id: created.id };
  const read = await client.GET("/access-profiles/{profile_id}", { params: { path } });
  assert.deepEqual(answered(read).access_profile, created);
  const tag = read.response.headers.get("ETag");
  assert(tag);
  const unchanged = await client.GET("/access-profiles/{profile_id}", {
    params: { path, header: { "If-None-Match": tag } },
  });
  assert.equal(unchanged.response.status, 304);

  const withTag = { path, header: { "If-Match": tag } };
  const { access_profile: changed } = answered(
    await client.PUT("/access-profiles/{profile_id}", {
      params: withTag,
      body: { description: "For the translators.", rate_limit: null },
    }),
  );
  assert.equal(changed.version, 2);
  assert.equal(changed.description, "For the translators.");
  assert.equal(changed.rate_limit, undefined);

  const refusal = refused(
    await client.PUT("/access-profiles/{profile_id}", { params: withTag, body: { tags: ["late"] } }),
  );
  const code: Schemas["ErrorCode"] = "precondition_failed";
  assert.equal(refusal.status_code, 412);
  assert.equal(refusal.error.code, code);
  return changed;
}

/** Create a role with members, and make the profile its default. Every member gets a copy. */
async function giveToMembers(profile: AccessProfile): Promise<Schemas["Role"]> {
  const { role } = answered(await client.POST("/roles", { body: { name: "Translation" } }));
  for (const id of MEMBERS) {
    const body = { id, name: id, email: `${id}@example.com`, role_id: role.id };
    const { user } = answered(await client.POST("/users", { body }));
    assert.equal(user.role_id, role.id);
  }

  const attached = await client.POST("/access-profiles/{profile_id}/roles", {
    params: { path: { profile_id: profile.id } },
    body: { role_ids: [role.id], is_default: true, apply_to_existing: true },
  });
  assert.equal(answered(attached).users_applied, MEMBERS.length);

  const listed = await client.GET("/access-profiles", { params: { query: { is_active: true, tags: "eu" } } });
  assert.deepEqual(
    answered(listed).access_profiles.map((row) => row.id),
    [profile.id],
  );
  return role;
}

/** Return the only copy that a member holds, and its only budget. */
async function copyOf(member: string): Promise<[Schemas["UserAccessProfile"], Schemas["UserBudget"]]> {
  const listed = await client.GET("/users/{user_id}/access-profiles", { params: { path: { user_id: member } } });
  const [copy, ...others] = answered(listed).access_profiles;
  assert(copy && others.length === 0);
  const [budget] = copy.budgets;
  assert(budget);
  return [copy, budget];
}

/** Raise one member's budget for three windows, and take the raise back. */
async function raiseABudget(profile: AccessProfile): Promise<void> {
  const [, budget] = await copyOf(ADA);
  const params = { path: { user_id: ADA, profile_id: profile.id, budget_id: budget.id } };

  const raised = await client.PUT("/users/{user_id}/access-profiles/{profile_id}/budgets/{budget_id}/override", {
    params,
    body: { amount: 5, mode: "cycles", cycles: 3 },
  });
  assert.equal(answered(raised).effective_max_limit, 25);
  assert.equal((await copyOf(ADA))[1].override_cycles_remaining, 3);

  const lowered = await client.DELETE("/users/{user_id}/access-profiles/{profile_id}/budgets/{budget_id}/override", {
    params,
  });
  assert.equal(answered(lowered).effective_max_limit, 20);
}

/** Add a key with a name and one without a body, and delete one of them. */
async function addVirtualKeys(profile: AccessProfile): Promise<void> {
  const params = { path: { user_id: ADA, profile_id: profile.id } };
  const path = "/users/{user_id}/access-profiles/{profile_id}/virtual-keys";
  const { virtual_key: named } = answered(await client.POST(path, { params, body: { name: "ada-notebook" } }));
  const { virtual_key: unnamed } = answered(await client.POST(path, { params }));
  assert.equal(named.name, "ada-notebook");
  assert(named.value.startsWith("sk-bf-") && unnamed.value.startsWith("sk-bf-"));

  answered(
    await client.DELETE("/users/{user_id}/access-profiles/virtual-keys/{vk_id}", {
      params: { path: { user_id: ADA, vk_id: unnamed.id } },
    }),
  );
  const { virtual_keys: listed } = answered(
    await client.GET("/users/{user_id}/virtual-keys", { params: { path: { user_id: ADA } } }),
  );
  assert(listed.some((key) => key.id === named.id && key.value !== named.value));
  assert(!listed.some((key) => key.id === unnamed.id));
}

/** Change the budget, and bring the change to the copies: first to see how many, then in earnest. */
async function propagate(profile: AccessProfile): Promise<void> {
  const params = { path: { profile_id: profile.id } };
  const change = { budgets: [{ max_limit: 30, reset_duration: "1M" as const }] };
  answered(await client.PUT("/access-profiles/{profile_id}", { params, body: change }));

  for (const { dry_run, limit } of [
    { dry_run: true, limit: 20 },
    { dry_run: false, limit: 30 },
  ]) {
    const done = answered(
      await client.POST("/access-profiles/{profile_id}/propagate", { params, body: { fields: ["budgets"], dry_run } }),
    );
    assert.deepEqual(done.user_ids, MEMBERS);
    assert.equal(done.applied, !dry_run);
    for (const member of MEMBERS) {
      assert.equal((await copyOf(member))[1].max_limit, limit);
    }
  }
}

/** Read the versions and the audit log. */
async function readTheHistory(profile: AccessProfile): Promise<void> {
  const path = { profile_id: profile.id };
  const { versions } = answered(await client.GET("/access-profiles/{profile_id}/versions", { params: { path } }));
  assert.deepEqual(
    versions.map((row) => row.version),
    [3, 2, 1],
  );
  const { version: first } = answered(
    await client.GET("/access-profiles/{profile_id}/versions/{version}", { params: { path: { ...path, version: 1 } } }),
  );
  assert.deepEqual(first, versions.at(-1));
  assert.equal(JSON.parse(first.snapshot).name, "Translator");

  const log = answered(
    await client.GET("/access-profiles/{profile_id}/audit-logs", { params: { path, query: { action: "propagate" } } }),
  );
  assert.equal(log.total_count, 1);
  assert.equal(log.audit_logs[0]?.access_profile_id, profile.id);
}

/** Detach the role and the members, and delete the profile. While somebody holds a copy, it stays. */
async function takeAway(profile: AccessProfile, role: Schemas["Role"]): Promise<void> {
  const path = { profile_id: profile.id };
  answered(
    await client.DELETE("/access-profiles/{profile_id}/roles/{role_id}", {
      params: { path: { ...path, role_id: role.id } },
    }),
  );
  const held = refused(await client.DELETE("/access-profiles/{profile_id}", { params: { path } }));
  assert.equal(held.status_code, 409);
  assert.equal(held.error.code, "profile_in_use");

  for (const member of MEMBERS) {
    answered(
      await client.DELETE("/users/{user_id}/access-profiles/{profile_id}", {
        params: { path: { ...path, user_id: member } },
      }),
    );
  }
  answered(await client.DELETE("/access-profiles/{profile_id}", { params: { path } }));
  const gone = refused(await client.GET("/access-profiles/{profile_id}", { params: { path } }));
  assert.equal(gone.status_code, 404);
  assert.equal(gone.error.code, "access_profile_not_found");
}
