// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Primitives;

namespace FastLedger.Protocol.Messages;

/// <summary>Asks how an epoch handed over to the next. It needs no session: whoever verifies must know the validators first.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct HandOverQuery : IQuery
{
    [FieldOffset(0)] public ulong RequestId;
    /// <summary>The epoch that ended, from 1.</summary>
    [FieldOffset(8)] public ulong Epoch;

    static TemplateId IMessage.TemplateId => TemplateId.HandOverQuery;
}

/// <summary>Fixed block of a hand-over. The group of its bytes follows, see <see cref="Certificates.HandOver"/>; it proves itself.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
public struct HandOverAnswerHead : IAnswer
{
    [FieldOffset(0)] public ulong RequestId;
    /// <summary>The epoch that ended; 0 when the replica has no such hand-over, because the epoch did not end or it does not know.</summary>
    [FieldOffset(8)] public ulong Epoch;
    /// <summary>The epoch that the replica's newest hand-over leads to.</summary>
    [FieldOffset(16)] public ulong NewestEpoch;
    /// <summary>Bytes of the hand-over; the last piece is padded.</summary>
    [FieldOffset(24)] public uint HandOverBytes;
    [FieldOffset(28)] public uint Reserved0;

    static TemplateId IMessage.TemplateId => TemplateId.HandOverAnswer;
}

/// <summary>Asks who validates now and next.</summary>
[StructLayout(LayoutKind.Explicit, Size = 8)]
public struct ValidatorsQuery : IQuery
{
    [FieldOffset(0)] public ulong RequestId;

    static TemplateId IMessage.TemplateId => TemplateId.ValidatorsQuery;
}

/// <summary>Fixed block of the list of validators. The group of nodes follows. Nobody vouches for it but the replica.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
public struct ValidatorsAnswerHead : IAnswer
{
    [FieldOffset(0)] public ulong RequestId;
    /// <summary>Epoch of the replica's state.</summary>
    [FieldOffset(8)] public ulong Epoch;
    /// <summary>1 while a change waits for the end of the epoch.</summary>
    [FieldOffset(16)] public uint IsChanging;
    /// <summary>The answering node.</summary>
    [FieldOffset(20)] public uint Node;
    [FieldOffset(24)] public ulong Reserved0;

    static TemplateId IMessage.TemplateId => TemplateId.ValidatorsAnswer;
}

/// <summary>One node of the list: a validator of the present or the next epoch, or one that left last.</summary>
[StructLayout(LayoutKind.Explicit, Size = 96)]
public struct ValidatorEntry
{
    /// <summary>Key in the present epoch; of one that left its last one.</summary>
    [FieldOffset(0)] public Hash256 Key;
    /// <summary>Key from the next epoch on; zero when nothing changes.</summary>
    [FieldOffset(32)] public Hash256 NextKey;
    /// <summary>Where its peers reach it, as the ledger knows: IPv6 in network order; zero when only their settings know.</summary>
    [FieldOffset(64)] public UInt128 Address;
    [FieldOffset(80)] public ushort Port;
    /// <summary>Node number.</summary>
    [FieldOffset(82)] public ushort Node;
    /// <summary>0 no validator, 1 validator, 2 left last.</summary>
    [FieldOffset(84)] public byte State;
    /// <summary>What waits for the end of the epoch: 0 nothing, 1 joins, 2 leaves, 3 gets another key.</summary>
    [FieldOffset(85)] public byte Change;
    [FieldOffset(86)] public ushort Reserved0;
    [FieldOffset(88)] public ulong Reserved1;
}
