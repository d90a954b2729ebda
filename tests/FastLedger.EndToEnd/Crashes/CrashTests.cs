// SPDX-License-Identifier: Apache-2.0
using System.Threading.Tasks;
using Xunit.Abstractions;

namespace FastLedger.EndToEnd.Crashes;

public class CrashTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_node_killed_under_load_loses_no_answered_command_and_applies_none_twice()
    {
        int seed = Campaign.Seed(), rounds = Campaign.Length(5, 200);
        output.WriteLine($"FASTLEDGER_SEED={seed}, {rounds} crashes");
        await using var campaign = new CrashCampaign(seed);
        await campaign.BeginAsync();
        for (int round = 0; round < rounds; round++) await campaign.RoundAsync();
        output.WriteLine($"{campaign.Answered} commands answered, {campaign.AnsweredAfterCrash} of them sent again after a crash");
        Assert.True(campaign.AnsweredAfterCrash > 0, "no crash happened under load");
    }
}
