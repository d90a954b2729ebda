// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using System.Net;

namespace FastLedger.Protocol.Peers;

/// <summary>An address and a port as they appear in <see cref="PeerHello"/>.</summary>
/// <param name="Address">The 16 bytes of an IPv6 or IPv4-mapped address, read as a little-endian number.</param>
/// <param name="Port">TCP port.</param>
public readonly record struct PeerEndpoint(UInt128 Address, ushort Port)
{
    /// <summary>The form of <paramref name="endPoint"/> on the wire.</summary>
    public static PeerEndpoint Of(IPEndPoint endPoint)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        return new PeerEndpoint(BinaryPrimitives.ReadUInt128LittleEndian(endPoint.Address.MapToIPv6().GetAddressBytes()), (ushort)endPoint.Port);
    }
}
