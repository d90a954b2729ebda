// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Net;
using System.Numerics;
using FastLedger.Domain;
using FastLedger.Storage;

namespace FastLedger.Node.Configuration;

/// <summary>
/// Everything an operator may set. To add a setting: add a property with a default and a <see cref="DescriptionAttribute"/> to the section
/// it belongs to, check its range in <see cref="Faults"/>, and use it; file, environment and command line follow from the name.
/// </summary>
public sealed class NodeOptions
{
    [Description("Where the replica keeps its files; created when absent.")]
    public string DataDirectory { get; set; } = "fastledger-data";

    [Description("Address and port for clients; port 0 takes a free one.")]
    public string Listen { get; set; } = "127.0.0.1:9450";

    [Description("When a command may be answered: none (executed), write (in the operating system), fsync (on disk).")]
    public Durability Durability { get; set; } = Durability.Fsync;

    public GenesisSection Genesis { get; set; } = new();

    public LimitsSection Limits { get; set; } = new();

    public JournalSection Journal { get; set; } = new();

    public StateSection State { get; set; } = new();

    public HistorySection History { get; set; } = new();

    public PipelineSection Pipeline { get; set; } = new();

    public ClusterSection Cluster { get; set; } = new();

    /// <summary>Time between two blocks of the logical clock.</summary>
    internal const long LogicalBlockNs = 1_000;

    /// <summary>The address to listen on. Valid when <see cref="Faults"/> is empty.</summary>
    public IPEndPoint ListenEndPoint => IPEndPoint.Parse(Listen);

    /// <summary>Everything that is wrong, each a sentence that names the setting.</summary>
    public IReadOnlyList<string> Faults()
    {
        var faults = new List<string>();
        void Require(bool condition, string fault)
        {
            if (!condition) faults.Add(fault);
        }

        Require(DataDirectory.Length > 0, "data_directory must not be empty");
        Require(IPEndPoint.TryParse(Listen, out _), $"listen = \"{Listen}\" is not an address and port such as 127.0.0.1:9450");
        if (Genesis.ToGenesis().Fault() is { } fault) faults.Add(fault);
        Require(Limits.Connections is >= 1 and <= 65_536, "limits.connections must be 1 … 65,536");
        Require(Limits.AcceptsPerSecond is >= 1 and <= 1_000_000, "limits.accepts_per_second must be 1 … 1,000,000");
        Require(Limits.BatchesInFlight is >= 1 and <= 16, "limits.batches_in_flight must be 1 … 16");
        Require(Limits.BlockBatches is >= 1 and <= 1024, "limits.block_batches must be 1 … 1,024");
        Require(IsRing(Limits.IngressBytes, 1 << 23), "limits.ingress_bytes must be a power of two, 8 MiB … 1 GiB");
        Require(IsRing(Limits.EgressBytes, 1 << 22), "limits.egress_bytes must be a power of two, 4 MiB … 1 GiB");
        Require(Limits.UnsentBytesPerConnection is >= 1 << 21 and <= 1 << 30, "limits.unsent_bytes_per_connection must be 2 MiB … 1 GiB");
        Require(Limits.MinKeepAliveMs is >= 10 and <= 60_000, "limits.min_keep_alive_ms must be 10 … 60,000");
        Require(Limits.MaxKeepAliveMs >= Limits.MinKeepAliveMs && Limits.MaxKeepAliveMs <= 3_600_000, "limits.max_keep_alive_ms must be min_keep_alive_ms … 3,600,000");
        Require(Pipeline.ConsensusProcessor >= -1, "pipeline.consensus_processor must be -1 or more");
        Require(Journal.SegmentBytes is >= 1 << 22 and <= 1L << 34 && Journal.SegmentBytes % 4096 == 0, "journal.segment_bytes must be 4 MiB … 16 GiB, a multiple of 4,096");
        Require(IsRing(Journal.RingBytes, 1 << 22), "journal.ring_bytes must be a power of two, 4 MiB … 1 GiB");
        Require(Journal.DirectBytes >= 0, "journal.direct_bytes must be at least 0");
        Cluster.AddFaults(faults, Genesis);
        faults.AddRange(State.Faults());
        faults.AddRange(History.Faults());
        Require(!History.Prunes || (State.TakesCheckpoints && Durability != Durability.None), "history.retain_bytes and history.retain_days need checkpoints: set state.checkpoint_seconds or state.checkpoint_blocks, and a durability other than none");
        return faults;
    }

    private static bool IsRing(int bytes, int least) => BitOperations.IsPow2(bytes) && bytes >= least && bytes <= 1 << 30;
}

/// <summary>What all replicas of a ledger share; fixed when the data directory is created.</summary>
public sealed class GenesisSection
{
    [Description("Name of the ledger; part of its chain id.")]
    public string Name { get; set; } = "fastledger";

    [Description("Sessions (client keys) the ledger admits.")]
    public uint MaxSessions { get; set; } = 1 << 14;

    [Description("Assets the ledger can hold.")]
    public uint MaxAssets { get; set; } = 1 << 20;

    [Description("Accounts the ledger can hold.")]
    public uint MaxAccounts { get; set; } = 1 << 27;

    [Description("Unresolved pending transfers the ledger can hold.")]
    public uint MaxPendingTransfers { get; set; } = 1 << 26;

    [Description("Instruments the ledger can hold.")]
    public uint MaxInstruments { get; set; } = 1 << 20;

    [Description("Occupied price levels the ledger can hold.")]
    public uint MaxPriceLevels { get; set; } = 1 << 25;

    [Description("Resting orders the ledger can hold.")]
    public uint MaxOrders { get; set; } = 1 << 26;

    [Description("Payments kept, the ended ones included; beyond it the oldest ended ones are forgotten.")]
    public uint MaxPayments { get; set; } = 1 << 25;

    [Description("Payments that clearing looks at, removes or settles by itself in one block.")]
    public uint PaymentWorkPerBlock { get; set; } = 1 << 16;

    [Description("Validators as node=public key, separated by commas, nodes ascending. Empty: one replica with a key of its own.")]
    public string Validators { get; set; } = "";

    [Description("Public key that may change the validators later, 64 hexadecimal digits. Empty: nobody may.")]
    public string Administrator { get; set; } = "";

    /// <summary>The genesis these settings describe.</summary>
    public Genesis ToGenesis() => new()
    {
        Name = Name,
        MaxSessions = MaxSessions,
        MaxAssets = MaxAssets,
        MaxAccounts = MaxAccounts,
        MaxPendingTransfers = MaxPendingTransfers,
        MaxInstruments = MaxInstruments,
        MaxPriceLevels = MaxPriceLevels,
        MaxOrders = MaxOrders,
        MaxPayments = MaxPayments,
        PaymentWorkPerBlock = PaymentWorkPerBlock,
        Validators = ClusterSection.ReadValidators(Validators),
        Administrator = Administrator,
    };
}

/// <summary>Bounds of the replica.</summary>
public sealed class LimitsSection
{
    [Description("Client connections held at a time; further ones are refused. As many again may be open without having said anything.")]
    public int Connections { get; set; } = 1024;

    [Description("Client connections accepted per second; further ones wait with the system, half a second's worth at most, so that a flood of them does not take the processor.")]
    public int AcceptsPerSecond { get; set; } = 500;

    [Description("Unanswered batches of one session.")]
    public int BatchesInFlight { get; set; } = 16;

    [Description("Batches in one block.")]
    public int BlockBatches { get; set; } = 64;

    [Description("Ring for batches and queries between the network and the executor.")]
    public int IngressBytes { get; set; } = 1 << 25;

    [Description("Ring for answers between the executor and the network.")]
    public int EgressBytes { get; set; } = 1 << 25;

    [Description("Answers kept for a client that does not read; beyond it the connection ends.")]
    public int UnsentBytesPerConnection { get; set; } = 1 << 24;

    [Description("Shortest heartbeat interval granted.")]
    public int MinKeepAliveMs { get; set; } = 100;

    [Description("Longest heartbeat interval granted.")]
    public int MaxKeepAliveMs { get; set; } = 60_000;
}

/// <summary>The journal.</summary>
public sealed class JournalSection
{
    [Description("Size of a journal file, preallocated.")]
    public long SegmentBytes { get; set; } = 1 << 28;

    [Description("Ring for entries between the executor and the disk.")]
    public int RingBytes { get; set; } = 1 << 26;

    [Description("With durability fsync, so many bytes or more at once are written past the kernel's page cache, where the file system can do that; 0: always through it.")]
    public long DirectBytes { get; set; } = 1 << 16;
}

/// <summary>How a stage waits for work.</summary>
public enum WaitStrategy
{
    /// <summary>Sleeps at once: leaves the processor to others.</summary>
    Block,
    /// <summary>Yields the processor for a while, then sleeps.</summary>
    Yield,
    /// <summary>Spins without end: lowest latency, takes a whole core per stage.</summary>
    Spin,
}

/// <summary>Which thread goes on with a connection when its socket has something.</summary>
public enum SocketThreads
{
    /// <summary><see cref="Events"/> on one or two processors, else <see cref="Pool"/>.</summary>
    Auto,
    /// <summary>One of the thread pool: a busy connection keeps no other one waiting.</summary>
    Pool,
    /// <summary>The one that waits for the sockets' events, as many as there are processors: a message saves the wait for another thread.</summary>
    Events,
}

/// <summary>Which thread executes small blocks.</summary>
public enum ExecutionThread
{
    /// <summary><see cref="Shared"/> on one or two processors, else <see cref="Own"/>.</summary>
    Auto,
    /// <summary>That of the execution stage, as large blocks always: consensus goes on meanwhile.</summary>
    Own,
    /// <summary>The one that ordered the block, when execution is idle: the block saves two changes of threads.</summary>
    Shared,
}

/// <summary>Where the time of a block comes from.</summary>
public enum BlockClock
{
    /// <summary>The machine's clock.</summary>
    System,
    /// <summary>A microsecond after the block before: the same batches, a block each, give the same state root on every run.</summary>
    Logical,
}

/// <summary>The stages.</summary>
public sealed class PipelineSection
{
    [Description("Block time: system (the machine's clock), logical (a microsecond per block, for runs that must end in the same state root).")]
    public BlockClock Clock { get; set; } = BlockClock.System;

    [Description("How stages wait for work: block, yield, spin.")]
    public WaitStrategy Wait { get; set; } = WaitStrategy.Block;

    [Description("Which thread reads a connection: auto (events on one or two processors, else pool), pool, events.")]
    public SocketThreads Sockets { get; set; } = SocketThreads.Auto;

    [Description("Which thread executes small blocks: auto (shared on one or two processors, else own), own, shared.")]
    public ExecutionThread Execution { get; set; } = ExecutionThread.Auto;

    [Description("Processor that the consensus thread stays on: the n-th, from 0, of those that the process may use, counted round; -1 lets the system choose.")]
    public int ConsensusProcessor { get; set; } = -1;

    /// <summary>Small blocks are executed on the consensus thread.</summary>
    internal bool SharesExecution => Execution == ExecutionThread.Shared || (Execution == ExecutionThread.Auto && Environment.ProcessorCount <= 2);
}
