Feature: Donations and welfare
  Promise: a gift reaches the project only if the goal is met, step by step under audit; a benefit can be spent only on what it is for.

  Background:
    Given the parties Bank, Charity, Donor1, Donor2, Donor3, Donor4, Auditor1, Auditor2, Auditor3, Treasury, Claimant, Landlord, Grocer and Liquor
    And Bank issues EUR with 2 decimals
    And Treasury issues AID with 2 decimals
    And Donor1 has 20,000.00 EUR
    And Donor2 has 15,000.00 EUR
    And Donor3 has 10,000.00 EUR
    And Donor4 has 6,000.00 EUR
    And Charity holds accounts in EUR
    And Charity founds the policy "auditors": any 2 of Auditor1, Auditor2 and Auditor3
    And Charity opens "campaign" in EUR under the policy "auditors"
    And Charity asks "goal of 50,000 reached" of "auditors": Reached and Missed
    And Donor1 reserves 20,000.00 EUR as "pledge 1" for "campaign", never voided, if "goal of 50,000 reached" is Reached, for at most 30 days
    And Donor2 reserves 15,000.00 EUR as "pledge 2" for "campaign", never voided, if "goal of 50,000 reached" is Reached, for at most 30 days
    And Donor3 reserves 10,000.00 EUR as "pledge 3" for "campaign", never voided, if "goal of 50,000 reached" is Reached, for at most 30 days

  Scenario: The goal is missed and everything goes back
    When 31 days pass
    Then Donor1's EUR holds 20,000.00 EUR
    And Donor2's EUR holds 15,000.00 EUR
    And Donor3's EUR holds 10,000.00 EUR

  Scenario: The goal is met and two milestones are paid
    Given Donor4 reserves 6,000.00 EUR as "pledge 4" for "campaign", never voided, if "goal of 50,000 reached" is Reached, for at most 30 days
    When Auditor1 does all or nothing:
      """
      signed by Auditor2
      reports Reached for "goal of 50,000 reached"
      posts "pledge 1"
      posts "pledge 2"
      posts "pledge 3"
      posts "pledge 4"
      """
    Then "campaign" holds 51,000.00 EUR
    When Auditor1 does all or nothing:
      """
      signed by Auditor3
      pays 30,600.00 EUR to Charity's EUR from "campaign"
      """
    And Auditor2 does all or nothing:
      """
      signed by Auditor3
      pays 20,400.00 EUR to Charity's EUR from "campaign"
      """
    Then Charity's EUR holds 51,000.00 EUR
    And "campaign" holds 0.00 EUR

  Scenario: A benefit goes into jars, and the rent to the landlord
    Given Claimant opens "rent jar" in AID
    And Claimant opens "food jar" in AID
    And Claimant opens "free jar" in AID
    And Landlord, Grocer and Liquor hold accounts in AID
    And Treasury makes "rent jar" a member of group 60 that may pay group 1
    And Treasury makes "food jar" a member of group 60 that may pay group 2
    And Treasury makes Landlord's AID a member of group 1
    And Treasury makes Grocer's AID a member of group 2
    And Treasury agrees the split "jars" in AID among "rent jar" at 625,000, "food jar" at 225,000 and "free jar" at 150,000
    And Treasury defines the class "benefits", issued by Treasury:
      """
      states Paid
      """
    When Treasury does all or nothing:
      """
      creates "May" of the class "benefits", called "claimant 7 in May"
      pays 400.00 AID to the split "jars"
      """
    Then "rent jar" holds 250.00 AID
    And "food jar" holds 90.00 AID
    And "free jar" holds 60.00 AID
    When Claimant pays 250.00 AID to Landlord's AID from "rent jar"
    Then Landlord's AID holds 250.00 AID
    And Treasury's AID holds -400.00 AID
    And nothing of the document "Claimant" stands in the event log

  @attack
  Scenario: Milestones alone, pledges taken back, jars emptied elsewhere, benefits twice
    Then Donor1 voids "pledge 1", which is refused: Unauthorized
    And Auditor1 does all or nothing, which is refused: OutcomeNotFinal:
      """
      signed by Auditor2
      posts "pledge 1"
      """
    And Charity pays 30,600.00 EUR to Charity's EUR from "campaign", which is refused: Unauthorized
    And Auditor1 pays 0.01 EUR to Charity's EUR from "campaign", which is refused: ThresholdNotMet
    And Auditor1 reports Reached for "goal of 50,000 reached", which is refused: ThresholdNotMet
    Given Claimant opens "rent jar" in AID
    And Landlord and Liquor hold accounts in AID
    And Treasury makes "rent jar" a member of group 60 that may pay group 1
    And Treasury makes Landlord's AID a member of group 1
    And Treasury makes Liquor's AID a member of group 3
    And Treasury pays 250.00 AID to "rent jar"
    Then Claimant pays 20.00 AID to Liquor's AID from "rent jar", which is refused: Forbidden
    Given Treasury defines the class "benefits", issued by Treasury:
      """
      states Paid
      """
    And Treasury creates "May" of the class "benefits", called "claimant 7 in May"
    Then Treasury does all or nothing, which is refused: ExternalIdExists:
      """
      pays 250.00 AID to "rent jar"
      creates "May again" of the class "benefits", called "claimant 7 in May"
      """
