// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Primitives.Commands;

namespace FastLedger.Load.Nemesis;

/// <summary>A client's batch in its place in the committed order.</summary>
/// <param name="Height">Height of its block.</param>
/// <param name="Session">Whose; 0 for registrations.</param>
/// <param name="Bytes">The commands, 128 bytes each.</param>
public sealed record CommittedBatch(ulong Height, uint Session, byte[] Bytes)
{
    public ReadOnlySpan<Command> Commands => MemoryMarshal.Cast<byte, Command>(Bytes);
}
