// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using FastLedger.Primitives;

namespace FastLedger.Domain.Sessions;

/// <summary>What satisfies a policy.</summary>
public enum PolicyKind : uint
{
    /// <summary>One key.</summary>
    SingleKey = 0,
    /// <summary>Several weighted keys, see <see cref="Policies.KeyGroupRecord"/>.</summary>
    KeyGroup = 1,
    /// <summary>No key: the ledger itself approves for it when something is proved to it.</summary>
    Ledger = 2,
}

/// <summary>Who may act. Accounts, assets, instruments, objects name a policy; sessions hold one of a single key.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
public struct PolicyRecord
{
    /// <summary>The key of a policy of one key.</summary>
    [FieldOffset(0)] public Hash256 Key;
    [FieldOffset(32)] public PolicyKind Kind;
    /// <summary>Record of the members of a policy of several keys.</summary>
    [FieldOffset(36)] public uint KeyGroup;
    [FieldOffset(40)] public ulong Reserved0;
    [FieldOffset(48)] public ulong Reserved1;
    [FieldOffset(56)] public ulong Reserved2;
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
