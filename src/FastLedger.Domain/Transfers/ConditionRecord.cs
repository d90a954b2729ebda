// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using FastLedger.Primitives;

namespace FastLedger.Domain.Transfers;

/// <summary>The conditions of a pending transfer. Records are used again when the transfer is resolved.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
public struct ConditionRecord
{
    /// <summary>SHA-256 of what must be shown; zero for none.</summary>
    [FieldOffset(0)] public Hash256 HashLock;
    /// <summary>Block time before which it cannot be posted; 0 for none.</summary>
    [FieldOffset(32)] public long NotBeforeNs;
    /// <summary>Policy that may post; 0 for either account's.</summary>
    [FieldOffset(40)] public uint ReleasePolicy;
    /// <summary>Policy that may void; 0 for either account's.</summary>
    [FieldOffset(44)] public uint VoidPolicy;
    /// <summary>Outcome that must be final; 0 for none.</summary>
    [FieldOffset(48)] public uint Outcome;
    [FieldOffset(52)] public uint OutcomeValue;
    /// <summary>Next free record while this one is free.</summary>
    [FieldOffset(56)] public uint NextFree;
    [FieldOffset(60)] public uint Reserved0;
}
