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
    /// <summary>Commands executed so far; <see cref="ResultWindow"/> retains the results of the last ones.</summary>
    [FieldOffset(40)] public ulong Commands;
    /// <summary>Ledger sequence of the registration.</summary>
    [FieldOffset(48)] public ulong RegisteredSequence;
    [FieldOffset(56)] public uint Policy;
    [FieldOffset(60)] public uint Reserved0;
    /// <summary><see cref="ResultWindow.RootOf"/> as of the last block in which the session executed something.</summary>
    [FieldOffset(64)] public Hash256 ResultsRoot;
    [FieldOffset(96)] public Hash256 Reserved2;
}

/// <summary>How far the batches of a validator are executed; record i + 1 is that of validator i of the epoch. Whoever joins the cluster goes on from it.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
public struct AuthorRecord
{
    /// <summary>Epoch of the last batch: in a later one nothing of the author is executed yet.</summary>
    [FieldOffset(0)] public ulong Epoch;
    /// <summary>Number of the last batch; each epoch numbers from 1.</summary>
    [FieldOffset(8)] public ulong LastBatch;
    [FieldOffset(16)] public ulong Reserved0;
    [FieldOffset(24)] public ulong Reserved1;
    [FieldOffset(32)] public Hash256 Reserved2;
}
