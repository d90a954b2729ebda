// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using FastLedger.Primitives;

namespace FastLedger.Domain.Sessions;

/// <summary>Who may act: one key for now. Accounts, assets and instruments name a policy, sessions hold one.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
public struct PolicyRecord
{
    [FieldOffset(0)] public Hash256 Key;
    [FieldOffset(32)] public Hash256 Reserved;
}

/// <summary>A client's stream of numbered commands.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
public struct SessionRecord
{
    [FieldOffset(0)] public Hash256 Key;
    /// <summary>The highest client command number that was consumed.</summary>
    [FieldOffset(32)] public ulong LastNumber;
    /// <summary>Commands executed so far; the results of the last <see cref="ResultWindow.Length"/> are retained.</summary>
    [FieldOffset(40)] public ulong Commands;
    /// <summary>Ledger sequence of the registration.</summary>
    [FieldOffset(48)] public ulong RegisteredSequence;
    [FieldOffset(56)] public uint Policy;
    [FieldOffset(60)] public uint Reserved0;
    [FieldOffset(64)] public Hash256 Reserved1;
    [FieldOffset(96)] public Hash256 Reserved2;
}
