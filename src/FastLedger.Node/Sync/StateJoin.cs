// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Consensus;
using FastLedger.Consensus.Messages;
using FastLedger.Domain;
using FastLedger.Network.Peers;
using FastLedger.Node.Checkpoints;
using FastLedger.Node.Cluster;
using FastLedger.Node.Configuration;
using FastLedger.Node.Recovery;
using FastLedger.Primitives;
using FastLedger.Protocol.Messages;
using FastLedger.Protocol.StateSync;

namespace FastLedger.Node.Sync;

/// <summary>
/// How a replica without a ledger comes into a running cluster: it fetches a state that a quorum certified from its peers and makes of it what a
/// stopped replica leaves; then it starts as any other, gets the blocks above, and follows. While it fetches it answers only how it is. What it fetched
/// is kept: when it is stopped before the end, it goes on with that, if its peers still give out that state.
/// </summary>
/// <remarks>Thread: one; the fetching runs on the network's. Blocks: until the state is there.</remarks>
internal sealed class StateJoin
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(2);

    private readonly NodeOptions _options;
    private readonly JoinFolder _folder;
    private readonly Genesis _genesis;
    private readonly Action<string> _progress;
    private ulong _knownEpoch = 1;

    private StateJoin(NodeOptions options, JoinFolder folder, Action<string> progress)
    {
        _options = options;
        _folder = folder;
        _progress = progress;
        _genesis = options.Genesis.ToGenesis();
    }

    /// <summary>Fetches the state if this replica has none and is to; finishes a join that was cut short.</summary>
    /// <param name="options">Settings without fault.</param>
    /// <param name="progress">Told how far it is, a line each.</param>
    /// <param name="cancellationToken">Ends the attempt; the next start goes on with what was fetched.</param>
    /// <returns>True when the replica's files are now those of a fetched state.</returns>
    /// <exception cref="ConfigurationException">The key is missing, or the tables are configured in another way than those of the others.</exception>
    public static bool RunIfDue(NodeOptions options, Action<string> progress, CancellationToken cancellationToken)
    {
        var folder = new JoinFolder(options);
        if (!folder.IsComplete)
        {
            bool isForced = options.Cluster.Join == JoinMode.Always && folder.IsLedgerAbsent;
            if (options.Cluster.Join == JoinMode.Never || !(folder.IsBegun || isForced) || options.Genesis.ToGenesis().Validators.Count < 2) return false;
            new StateJoin(options, folder, progress).RunAsync(cancellationToken).GetAwaiter().GetResult();
        }

        folder.MoveIntoPlace();
        return true;
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        _folder.Clear();
        using ValidatorIdentity identity = ValidatorIdentity.Load(_options, _genesis);
        using var pages = new PageStoreAdapter();
        using var ledger = new Ledger(_genesis, pages, BitConverter.ToUInt64(_genesis.ChainId.Bytes) ^ (ulong)Environment.TickCount64);
        var sink = new LedgerSink(ledger);
        var anchor = new ValidatorAnchor(ledger.ChainId, identity.Validators);
        using var kept = new FetchedAnswers(_folder.Fetched, _progress);
        var fetcher = new StateFetcher(new StateSyncOptions(), sink, anchor, kept, _progress);
        PeerNetwork network = identity.OpenNetwork(_options, ledger.ChainId, fetcher);
        await using (network.ConfigureAwait(false))
        {
            var board = new StatusBoard(_options, ledger.ChainId, identity.Self, network);
            var listener = new Edge.StatusListener(_options, ledger.ChainId, board);
            await using (listener.ConfigureAwait(false))
            {
                listener.Start();
                fetcher.Recall(cancellationToken);
                network.Start();
                _progress("Fetching the state of the ledger from the peers.");
                using var reporting = new Timer(_ => Report(network, fetcher, board, anchor, identity), null, TimeSpan.Zero, ProgressInterval);
                StateSyncClient done = await fetcher.RunAsync(network, cancellationToken).ConfigureAwait(false);
                if (done.State == StateSyncState.Unfit)
                    throw new ConfigurationException(["the tables of the peers' state are not those of this replica: it is another version, or limits of the genesis differ"]);
                Install(ledger, pages, sink, done, anchor, identity);
            }
        }
    }

    private void Install(Ledger ledger, PageStoreAdapter pages, LedgerSink sink, StateSyncClient done, ValidatorAnchor anchor, ValidatorIdentity identity)
    {
        _progress(FormattableString.Invariant($"The state of height {done.Height:N0} is here, {sink.WrittenBytes:N0} bytes; checking it as a whole."));
        Hash256 root = sink.Finish();
        Invariant.Check(root == done.StateRoot && ledger.Height == done.Height); // each chunk was verified: anything else is a bug here
        Invariant.Check(StateCertificateMessage.TryReadCommitment(done.Certificate, out StateCommitment commitment));
        List<Hash256> retired = [];
        for (int i = 0; i < identity.Keys.Count; i++)
            if (!MayBeUsed(anchor, identity.Keys[i].PublicKey, isMarked: KeyUse.IsMarked(_options, i))) retired.Add(identity.Keys[i].PublicKey);
        var joined = new JoinedState(commitment, done.Block.ToArray(), anchor.Epoch, anchor.Validators, anchor.HandedOver, anchor.HandOvers, retired);
        StateInstaller.Write(_options, _folder, ledger, pages, joined);
        _folder.Complete();
        foreach (Hash256 key in retired) _progress($"The journal under the key {key} is gone: this replica follows and does not vote until a later epoch names another key.");
    }

    /// <summary>A key that no earlier epoch named and under which no journal was written has signed nothing.</summary>
    private static bool MayBeUsed(ValidatorAnchor anchor, in Hash256 key, bool isMarked) =>
        !isMarked && !anchor.WasNamedBefore(key) && !(anchor.Epoch == 1 && Contains(anchor.Validators, key));

    private static bool Contains(ValidatorSet validators, in Hash256 key)
    {
        for (int i = 0; i < validators.Count; i++)
            if (validators.Key(i) == key) return true;
        return false;
    }

    private void Report(PeerNetwork network, StateFetcher fetcher, StatusBoard board, ValidatorAnchor anchor, ValidatorIdentity identity)
    {
        (ulong height, ulong written, ulong total) = fetcher.Position();
        if (_knownEpoch != anchor.Epoch)
        {
            _knownEpoch = anchor.Epoch;
            network.SetPeers(identity.AddressesOf(_options.Cluster.ReadPeers()!, anchor.Validators));
        }

        board.Publish(
            new ClusterPosition(0, height, 0, 0, default, anchor.Epoch, 0, 0, (uint)anchor.Validators.Count, 0, ReplicaRole.Syncing), ConsensusStage.MonotonicNs());
        if (total > 0) _progress(FormattableString.Invariant($"Height {height:N0}: {written:N0} of {total:N0} chunks, {100.0 * written / total:0} %."));
    }
}
