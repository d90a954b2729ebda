// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Protocol.StateSync;

/// <summary>
/// Keeps the answers that a <see cref="StateSyncClient"/> believed, so that a process that stops goes on where it was. An answer carries its own
/// proof: what was kept is judged again when it is recalled, and may be torn or damaged meanwhile.
/// </summary>
public interface IStateKeeper
{
    /// <summary>
    /// An answer was believed. Those of chunks and windows belong to the manifest before them; a manifest makes those of the one before it worthless,
    /// but not the proofs of ended epochs, which come before the manifests that need them.
    /// </summary>
    /// <param name="templateId">Its template.</param>
    /// <param name="answer">Its bytes; valid during the call only.</param>
    void Keep(ushort templateId, ReadOnlySpan<byte> answer);
}
