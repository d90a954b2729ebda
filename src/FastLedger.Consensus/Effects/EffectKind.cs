// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Consensus.Effects;

/// <summary>What the core asks its host to do.</summary>
public enum EffectKind : byte
{
    /// <summary>Append the bytes to the journal. Every later effect, of this or a later step, may be carried out only when the record is durable.</summary>
    Persist,
    /// <summary>Append the bytes to the journal, in order with all records; nothing waits until they are durable.</summary>
    Note,
    /// <summary>Send the bytes to <see cref="Effect.Targets"/>; the own node among them means: hand them back as a message from oneself.</summary>
    Send,
    /// <summary>The block (bytes) at height <see cref="Effect.Number"/> is final. Heights come ascending, each exactly once.</summary>
    Commit,
    /// <summary>Fetch the bytes of a batch (an encoded reference) from <see cref="Effect.Targets"/>, then answer with a stored batch.</summary>
    FetchBatch,
    /// <summary>Send committed blocks above height <see cref="Effect.Number"/> to <see cref="Effect.Targets"/> out of the journal.</summary>
    ServeBlocks,
    /// <summary>Send the epoch change message of epoch <see cref="Effect.Number"/> to <see cref="Effect.Targets"/>.</summary>
    ServeEpochChange,
    /// <summary>q replicas signed one state: the bytes are the certificate for clients, height in <see cref="Effect.Number"/>.</summary>
    StateCertified,
    /// <summary>Epoch <see cref="Effect.Number"/> begins; the bytes are the epoch change message that ended the one before.</summary>
    EpochStarted,
    /// <summary>Somebody is provably faulty; the bytes are the evidence, the guilty validator in <see cref="Effect.Number"/>.</summary>
    Evidence,
    /// <summary>The replica signs nothing more; <see cref="HaltReason"/> in <see cref="Effect.Number"/>.</summary>
    Halt,
}
