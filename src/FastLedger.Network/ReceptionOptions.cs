// SPDX-License-Identifier: Apache-2.0
using System;
using System.Net;
using FastLedger.Primitives;

namespace FastLedger.Network;

/// <summary>Judges the first bytes of a connection, at least one and at most <see cref="Protocol.ProtocolLimits.HeaderBytes"/>.</summary>
/// <returns><see cref="ResultCode.Ok"/> unless nothing that begins like this can be meant for us.</returns>
public delegate ResultCode FirstBytesJudge(ReadOnlySpan<byte> first);

/// <summary>What a <see cref="Reception"/> lets in, and how fast.</summary>
public sealed record ReceptionOptions
{
    /// <summary>Where to listen; port 0 lets the system choose.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>Connections accepted per second in the long run, 1 … 1,000,000.</summary>
    public int AcceptsPerSecond { get; init; } = 500;

    /// <summary>Connections that may be open without having said anything; one more pushes the oldest out. At least 1.</summary>
    public int MaxSilent { get; init; } = 256;

    /// <summary>Longest time until the first byte, in milliseconds.</summary>
    public int SilenceMs { get; init; } = 3000;

    /// <summary>Tells junk from what may be meant.</summary>
    public required FirstBytesJudge Judge { get; init; }

    /// <summary>Who is sent away is told why by a frame; not for streams that do not begin with frames.</summary>
    public bool SaysWhy { get; init; }
}
