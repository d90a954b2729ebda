// SPDX-License-Identifier: Apache-2.0
using FastLedger.Node.Pipeline;

namespace FastLedger.Node;

/// <summary>Counters of one replica since its start.</summary>
/// <param name="Commands">Commands executed, the resent ones included.</param>
/// <param name="Blocks">Blocks made.</param>
/// <param name="Groups">Journal groups committed.</param>
/// <param name="JournalBytes">Bytes written to the journal.</param>
/// <param name="Connections">Connections held now.</param>
/// <param name="ConnectionFaults">Connections with clients and peers that ended by an exception which neither they nor the network can cause: bugs.</param>
/// <param name="IngressBytes">Bytes waiting for the core.</param>
/// <param name="EgressBytes">Bytes waiting for the disk or the network.</param>
/// <param name="Times">Nanoseconds per stage.</param>
public sealed record ReplicaStatistics(
    ulong Commands, ulong Blocks, ulong Groups, ulong JournalBytes, int Connections, long ConnectionFaults, long IngressBytes, long EgressBytes, StageTimes Times);
