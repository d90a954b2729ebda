// SPDX-License-Identifier: Apache-2.0
using FastLedger.Primitives;

namespace FastLedger.Protocol.StateSync;

/// <summary>The retained results of a session: a <see cref="Cryptography.LinkChain"/>.</summary>
/// <param name="Session">The session.</param>
/// <param name="Count">Commands that it executed, at least one.</param>
/// <param name="Root">Digest of the newest link.</param>
public readonly record struct SessionWindow(uint Session, ulong Count, Hash256 Root);
