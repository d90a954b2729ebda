// SPDX-License-Identifier: Apache-2.0
using System.Threading;
using FastLedger.Node.Cluster;

namespace FastLedger.Node.Pipeline;

// What consensus must know of the state: who validates now and next.
internal sealed partial class ExecutionStage
{
    private ValidatorPlan _plan;

    /// <summary>The validators as of the last executed block. Any thread.</summary>
    public ValidatorPlan Plan => Volatile.Read(ref _plan);

    /// <summary>Publishes the validators before the block is reported, when it changed them.</summary>
    private void NoteValidators()
    {
        if (!_plan.IsOf(_ledger)) Volatile.Write(ref _plan, ValidatorPlan.Of(_ledger));
    }
}
