// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using FastLedger.Primitives.Commands;

namespace FastLedger.Protocol.Messages;

/// <summary>Which commands of a batch get a <see cref="CommandResult"/> of their own.</summary>
public enum ResultMode : byte
{
    /// <summary>Those that failed.</summary>
    FailuresOnly = 0,
    /// <summary>All of them.</summary>
    All = 1,
}

/// <summary>
/// Opens a repeating group: the recommended SBE dimension with all four counts, so that entries stay 8-aligned.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct GroupHead
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 8;

    /// <summary>Bytes of one entry.</summary>
    [FieldOffset(0)] public ushort BlockLength;
    [FieldOffset(2)] public ushort NumInGroup;
    /// <summary>Groups nested in an entry: always 0.</summary>
    [FieldOffset(4)] public ushort NumGroups;
    /// <summary>Variable-length fields in an entry: always 0.</summary>
    [FieldOffset(6)] public ushort NumVarDataFields;
}

/// <summary>
/// Fixed block of a batch. The group of 128-byte commands follows; its dimension is signed together with this block.
/// </summary>
/// <remarks>
/// <code>
/// body 0                 64                                          88            96                    224
///      | signature (64)  | session, count, mode, first, last number | group head | command 0 (128) | command 1 …
///                        '------------ signed head (32) ------------------------'
/// </code>
/// A frame's body starts at byte 32, so commands start at byte 128 of the frame and 8,190 of them fill 1,048,448 bytes.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = 88)]
public struct CommandBatchHead : IMessage
{
    /// <summary>Ed25519 over <see cref="SignedMessages.Batch"/>.</summary>
    [FieldOffset(0)] public Signature Signature;
    [FieldOffset(64)] public uint Session;
    /// <summary>Commands in the batch, 1 … 8,190; repeated by the group.</summary>
    [FieldOffset(68)] public ushort Count;
    [FieldOffset(70)] public ResultMode ResultMode;
    [FieldOffset(71)] public byte Reserved0;
    /// <summary>Number of the first command.</summary>
    [FieldOffset(72)] public ulong FirstNumber;
    /// <summary>Number of the last command.</summary>
    [FieldOffset(80)] public ulong LastNumber;

    static TemplateId IMessage.TemplateId => TemplateId.CommandBatch;
}

/// <summary>Fixed block of the answer to one batch. The group of 32-byte <see cref="CommandResult"/> follows, by ascending index.</summary>
[StructLayout(LayoutKind.Explicit, Size = 56)]
public struct BatchResultHead : IMessage
{
    [FieldOffset(0)] public uint Session;
    /// <summary>Commands in the batch.</summary>
    [FieldOffset(4)] public uint Count;
    /// <summary>Number of the batch's first command.</summary>
    [FieldOffset(8)] public ulong FirstNumber;
    /// <summary>Number of the batch's last command.</summary>
    [FieldOffset(16)] public ulong LastNumber;
    /// <summary>Ledger sequence of the first command.</summary>
    [FieldOffset(24)] public ulong FirstSequence;
    /// <summary>Block that executed the batch.</summary>
    [FieldOffset(32)] public ulong Height;
    /// <summary>Time of that block, nanoseconds since the Unix epoch.</summary>
    [FieldOffset(40)] public long TimestampNs;
    /// <summary>Commands that took effect.</summary>
    [FieldOffset(48)] public uint OkCount;
    /// <summary>What the group holds.</summary>
    [FieldOffset(52)] public ResultMode ResultMode;
    [FieldOffset(53)] public byte Reserved0;
    [FieldOffset(54)] public ushort Reserved1;

    static TemplateId IMessage.TemplateId => TemplateId.BatchResult;
}

/// <summary>Fixed block of order events. The group of 128-byte <see cref="OrderEvent"/> follows, in ledger order.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
public struct OrderEventsHead : IMessage
{
    /// <summary>Session that the events are sent to.</summary>
    [FieldOffset(0)] public uint Session;
    [FieldOffset(4)] public uint Reserved0;
    /// <summary>Block that caused the events.</summary>
    [FieldOffset(8)] public ulong Height;
    /// <summary>Time of that block, nanoseconds since the Unix epoch.</summary>
    [FieldOffset(16)] public long TimestampNs;

    static TemplateId IMessage.TemplateId => TemplateId.OrderEvents;
}
