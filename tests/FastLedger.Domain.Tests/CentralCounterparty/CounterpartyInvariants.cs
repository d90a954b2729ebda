// SPDX-License-Identifier: Apache-2.0
using System;
using System.Linq;
using FastLedger.Domain.CentralCounterparty;

namespace FastLedger.Domain.Tests.CentralCounterparty;

/// <summary>What holds of central counterparties after every command, counted anew from the positions.</summary>
public static class CounterpartyInvariants
{
    public static void Check(Ledger ledger)
    {
        CounterpartyTables tables = ledger.Counterparties;
        var requirement = new UInt128[tables.ClearingMembers.Count];
        var open = new uint[tables.ClearingMembers.Count];
        for (uint c = 1; c < tables.Contracts.Count; c++)
        {
            ContractRecord contract = tables.Contracts[c];
            Int128 quantity = 0, cost = 0, longs = 0;
            uint count = 0;
            for (uint at = contract.FirstPosition; at != 0; at = tables.Positions[at].NextOfContract)
            {
                ClearedPositionRecord position = tables.Positions[at];
                Assert.Equal(c, position.Contract);
                quantity += position.Quantity;
                cost += position.Cost;
                longs += Math.Max(position.Quantity, 0);
                count++;
                requirement[position.ClearingMember] += (UInt128)Int128.Abs(position.Quantity) * contract.MarginPerUnit;
                if (position.Quantity != 0) open[position.ClearingMember]++;
            }

            Assert.Equal((Int128.Zero, Int128.Zero), (quantity, cost));
            Assert.Equal((Int128.Zero, Int128.Zero), (contract.HouseQuantity, contract.HouseCost));
            Assert.Equal((longs, count), ((Int128)contract.OpenInterest, contract.PositionCount));
        }

        for (uint n = 1; n < tables.Counterparties.Count; n++)
        {
            CounterpartyRecord counterparty = tables.Counterparties[n];
            Int128 due = 0;
            UInt128 margin = 0, fund = 0;
            uint defaults = 0;
            for (uint m = 1; m < tables.ClearingMembers.Count; m++)
            {
                ClearingMemberRecord member = tables.ClearingMembers[m];
                if (member.Counterparty != n) continue;
                due += member.VariationDue;
                margin += member.Margin;
                fund += member.Contribution;
                if (member.State == ClearingMemberState.Defaulted) defaults++;
                Assert.Equal((requirement[m], open[m]), (member.Requirement, member.OpenPositions));
            }

            Assert.Equal((Int128)counterparty.DefaultDue, due);
            Assert.Equal((margin, fund, defaults), (counterparty.MarginTotal, counterparty.FundTotal, counterparty.OpenDefaults));
            Assert.Equal(Int128.Zero, ledger.Accounts[counterparty.VariationAccount].Balance);
            Assert.Equal((Int128)margin, ledger.Accounts[counterparty.MarginAccount].Balance);
            Assert.Equal((Int128)fund, ledger.Accounts[counterparty.FundAccount].Balance);
        }

        for (uint n = 1; n < tables.Defaults.Count; n++)
        {
            DefaultRecord record = tables.Defaults[n];
            ulong[] layers = [record.Margin, record.Contribution, record.Capital, record.SurvivorFund, record.Assessments];
            Assert.Equal(record.Loss, record.Uncovered + layers.Aggregate(UInt128.Zero, (sum, layer) => sum + layer));
        }
    }
}
