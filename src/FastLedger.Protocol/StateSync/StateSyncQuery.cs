// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Protocol.Messages;

namespace FastLedger.Protocol.StateSync;

/// <summary>A query that is to be sent. The queries begin alike: request id, then height or epoch; those for parts go on alike, too.</summary>
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
        ..(Template is (ushort)TemplateId.StateManifestQuery or (ushort)TemplateId.StateEpochQuery ? Unsafe.SizeOf<StateManifestQuery>() : Unsafe.SizeOf<StateChunkQuery>())];

    internal static StateSyncQuery Manifest(int node, ulong requestId) => new()
    {
        Node = node,
        Template = (ushort)TemplateId.StateManifestQuery,
        _message = new StateChunkQuery { RequestId = requestId },
    };

    internal static StateSyncQuery Epoch(int node, ulong requestId, ulong epoch) => new()
    {
        Node = node,
        Template = (ushort)TemplateId.StateEpochQuery,
        _message = new StateChunkQuery { RequestId = requestId, Height = epoch },
    };

    internal static StateSyncQuery Part(int node, TemplateId template, in StateChunkQuery message) => new()
    {
        Node = node,
        Template = (ushort)template,
        _message = message,
    };
}
