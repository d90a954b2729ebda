// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Execution;

/// <summary>What was asked and what was answered: 64 bytes, a leaf of the receipts tree of a block.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
public struct Receipt
{
    [FieldOffset(0)] public Hash256 CommandHash;
    [FieldOffset(32)] public CommandResult Result;
}
