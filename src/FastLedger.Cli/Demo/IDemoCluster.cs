// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Net;
using System.Threading.Tasks;
using FastLedger.Primitives;

namespace FastLedger.Cli.Demo;

/// <summary>The replicas that a demonstration runs on.</summary>
internal interface IDemoCluster : IAsyncDisposable
{
    /// <summary>Where clients connect; a replica keeps its address when it comes back.</summary>
    IReadOnlyList<IPEndPoint> EndPoints { get; }

    /// <summary>Public keys of the replicas.</summary>
    IReadOnlyList<Hash256> Validators { get; }

    /// <summary>The ledger.</summary>
    Hash256 ChainId { get; }

    /// <summary>Ends a replica as a crash would.</summary>
    Task CrashAsync(int node);

    /// <summary>Starts a crashed replica on what its folder holds.</summary>
    /// <returns>What it recovered by itself.</returns>
    Task<(ulong Height, string StateRoot)> RecoverAsync(int node);
}
