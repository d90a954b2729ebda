// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Protocol.Messages;

namespace FastLedger.Protocol.Framing;

/// <summary>Remarks of a sender about one frame.</summary>
[Flags]
public enum FrameFlags : ushort
{
    None = 0,
    /// <summary>The frame may have been sent before, on this or another connection.</summary>
    PossibleResend = 1 << 0,
}

/// <summary>First 32 bytes of a frame: Simple Open Framing Header, then the message header of the schema.</summary>
/// <remarks>
/// <code>
/// 0          4        6             8            10        12       14     16            24                 32
/// | length   | 0xEB50 | blockLength | templateId | schemaId| version| flags| seqNum (u64)| sendingTime (u64)|
/// '------ SOFH ------'------------------------------ messageHeader (26) -----------------------------------'
/// </code>
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = ProtocolLimits.HeaderBytes)]
public struct FrameHeader
{
    /// <summary>SBE version 1.0, little-endian (FIX Simple Open Framing Header, encoding types).</summary>
    public const ushort SbeLittleEndian = 0xEB50;

    /// <summary>Bytes of the whole frame, this header included; a multiple of 8.</summary>
    [FieldOffset(0)] public uint Length;
    /// <summary><see cref="SbeLittleEndian"/>.</summary>
    [FieldOffset(4)] public ushort EncodingType;
    /// <summary>Bytes of the message's fixed block.</summary>
    [FieldOffset(6)] public ushort BlockLength;
    [FieldOffset(8)] public TemplateId TemplateId;
    [FieldOffset(10)] public ushort SchemaId;
    [FieldOffset(12)] public ushort Version;
    [FieldOffset(14)] public FrameFlags Flags;
    /// <summary>Number of the frame on this connection and in this direction: 1, 2, 3 …</summary>
    [FieldOffset(16)] public ulong SeqNum;
    /// <summary>The sender's clock, nanoseconds since the Unix epoch; informative.</summary>
    [FieldOffset(24)] public ulong SendingTimeNs;
}
