// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Storage;

/// <summary>A finished checkpoint: durable, and its description read back and verified.</summary>
/// <param name="Id">What the caller gave with the request.</param>
/// <param name="Token">What <see cref="PageStore.Recover"/> needs.</param>
public readonly record struct StoreCheckpoint(ulong Id, StoreToken Token);
