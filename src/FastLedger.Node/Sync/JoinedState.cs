// SPDX-License-Identifier: Apache-2.0
using FastLedger.Consensus;
using FastLedger.Consensus.Messages;
using FastLedger.Primitives;

namespace FastLedger.Node.Sync;

/// <summary>What is known of a fetched state besides its records.</summary>
/// <param name="Commitment">What a quorum signed.</param>
/// <param name="Block">The block after which it is the state.</param>
/// <param name="Epoch">Epoch of the block.</param>
/// <param name="Validators">Of that epoch.</param>
/// <param name="EpochChange">The message that began the epoch; empty in the first.</param>
/// <param name="RetiredKey">The own key, when it may have signed what this replica does not know any more; zero when it may be used.</param>
internal readonly record struct JoinedState(StateCommitment Commitment, byte[] Block, ulong Epoch, ValidatorSet Validators, byte[] EpochChange, Hash256 RetiredKey);
