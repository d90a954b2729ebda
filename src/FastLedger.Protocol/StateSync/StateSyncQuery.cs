// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Protocol.Messages;

namespace FastLedger.Protocol.StateSync;

/// <summary>A query that is to be sent.</summary>
public struct StateSyncQuery
{
    private StateChunkQuery _message;

    /// <summary>Whom to ask.</summary>
    public int Node { get; private init; }

    /// <summary>Template of the message.</summary>
    public ushort Template { get; private init; }

    /// <summary>Names the query.</summary>
    public readonly ulong RequestId => _message.RequestId;

    /// <summary>The message.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Message => MemoryMarshal.AsBytes(new ReadOnlySpan<StateChunkQuery>(in _message))[
        ..(Template == (ushort)TemplateId.StateManifestQuery ? Unsafe.SizeOf<StateManifestQuery>() : Unsafe.SizeOf<StateChunkQuery>())];

    /// <summary>The two queries begin alike: request id, height.</summary>
    internal static StateSyncQuery Manifest(int node, ulong requestId) => new()
    {
        Node = node,
        Template = (ushort)TemplateId.StateManifestQuery,
        _message = new StateChunkQuery { RequestId = requestId },
    };

    internal static StateSyncQuery Chunk(int node, in StateChunkQuery message) => new()
    {
        Node = node,
        Template = (ushort)TemplateId.StateChunkQuery,
        _message = message,
    };
}
