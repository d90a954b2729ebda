// SPDX-License-Identifier: Apache-2.0
using FastLedger.Storage;

namespace FastLedger.Node.Checkpoints;

/// <summary>A checkpoint whose pages are durable and that no manifest names yet.</summary>
/// <param name="Begun">What was known when it began.</param>
/// <param name="Anchor">What the journal has to give on top of it.</param>
/// <param name="Token">The store's name for its pages.</param>
/// <param name="HistoryEntries">History entries at its height.</param>
/// <param name="IdsEnd">Place in <see cref="CreatedIds"/> behind the ids of its records.</param>
internal sealed record UnpublishedCheckpoint(Manifest Begun, CheckpointAnchor Anchor, StoreToken Token, ulong HistoryEntries, long IdsEnd);
