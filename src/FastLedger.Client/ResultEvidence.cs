// SPDX-License-Identifier: Apache-2.0
using FastLedger.Protocol.Messages;

namespace FastLedger.Client;

/// <summary>What shows that an answer is the ledger's.</summary>
/// <param name="Certificate">Body of the StateCertificate message of its block.</param>
/// <param name="Receipt">Receipt of the batch.</param>
/// <param name="Path">Siblings from the receipt to the receipts root.</param>
internal sealed record ResultEvidence(byte[] Certificate, ReceiptProofHead Receipt, PathNode[] Path);
