-- The model public-enterprise of packs/jinan as somebody would write it by hand, in the same exact integers: points are
-- hundredths, amounts decimals, shares are cut after two places. `python -m bench --only evaluation` holds every score,
-- grade, veto, dimension, point and value of every subject to be what the compiled model finds. It reads the lake's files,
-- and population(subject_id), merged(subject_id, kept) and ended(resource, id) for what only the database knows.
CREATE OR REPLACE MACRO as_of() AS getvariable('day');
CREATE OR REPLACE MACRO months(n) AS CAST(as_of() - to_months(n) AS DATE);
CREATE OR REPLACE MACRO lake(key) AS TABLE
    SELECT coalesce(m.kept, s._subject_id) AS subject_id, s._id AS id, s._event_date AS happened, s.*
    FROM read_parquet(getvariable('lake') || '/' || key || '/*.parquet', union_by_name = true) s
    LEFT JOIN merged m ON m.subject_id = s._subject_id
    WHERE NOT EXISTS (SELECT 1 FROM ended e WHERE e.resource = key AND e.id = s._id)
        AND (s._event_date IS NULL OR s._event_date <= as_of());
CREATE OR REPLACE MACRO place(happened, id) AS date_diff('day', DATE '1900-01-01', coalesce(happened, DATE '1900-01-01')) * 1099511627776 + id;
CREATE OR REPLACE MACRO weight(happened) AS
    CASE WHEN happened > months(12) THEN 100 WHEN happened > months(24) THEN 50 WHEN happened > months(36) THEN 25 ELSE 0 END;
CREATE OR REPLACE MACRO lasting(d) AS d IS NULL OR d >= as_of();
CREATE OR REPLACE MACRO standing(d) AS d IS NULL OR d > as_of();
CREATE OR REPLACE MACRO graded(key) AS TABLE
    SELECT subject_id, arg_max(grade, place(happened, id)) FILTER (lasting(valid_until)) AS v FROM lake(key) GROUP BY subject_id;
CREATE OR REPLACE MACRO stated(key) AS TABLE SELECT subject_id, arg_max(state, place(happened, id)) AS v FROM lake(key) GROUP BY subject_id;
CREATE OR REPLACE MACRO severe(key) AS TABLE
    SELECT DISTINCT subject_id, true AS listed FROM lake(key) WHERE standing(removed_on) AND lasting(valid_until);
CREATE OR REPLACE MACRO many(n, few, a, most, b) AS CASE WHEN n < few THEN 0 WHEN n < most THEN a ELSE b END;
CREATE OR REPLACE MACRO if_any(n, p) AS CASE WHEN n < 1 THEN 0 ELSE p END;
CREATE OR REPLACE MACRO limited(low, high, p) AS greatest(low, least(high, p));

CREATE OR REPLACE TABLE by_hand AS
WITH penalty AS (
    SELECT subject_id,
        coalesce(sum(CASE WHEN heavy THEN weight(happened) ELSE 0 END), 0)::BIGINT AS penalties,
        count(*) FILTER (light AND happened > months(12)) AS light,
        sum(fine * weight(happened)) FILTER (happened > months(36)) AS fines,
        sum(confiscated) FILTER (happened > months(36)) AS confiscations,
        count(DISTINCT authority_code) FILTER (happened > months(24)) AS authorities,
        count(*) FILTER (happened > months(36) AND list_has_any(penalty_kinds, ['责令停产停业', '限制开展生产经营活动', '降低资质等级', '暂扣许可证件'])) AS heavies,
        count(*) FILTER (happened > months(36) AND list_has_any(penalty_kinds, ['吊销许可证件', '责令关闭'])) AS licences,
        max(happened) AS latest
    FROM (SELECT *, list_has_any(penalty_kinds, ['罚款', '没收违法所得', '没收非法财物', '暂扣许可证件', '降低资质等级', '吊销许可证件',
        '限制开展生产经营活动', '责令停产停业', '责令关闭', '限制从业', '行政拘留', '其他']) AS heavy, NOT heavy AS light
        FROM lake('administrative-penalty'))
    GROUP BY subject_id
), abnormal AS (
    SELECT subject_id, count(*) FILTER (standing(removed_on)) AS now, count(*) FILTER (removed_on <= as_of() AND happened > months(36)) AS past
    FROM lake('abnormal-operations') GROUP BY subject_id
), tax_abnormal AS (SELECT subject_id, count(*) FILTER (standing(removed_on)) AS n FROM lake('tax-abnormal') GROUP BY subject_id
), inspection AS (
    SELECT subject_id, count(*) FILTER (happened > months(36)) AS n, count(*) FILTER (happened > months(36) AND result <> '未发现问题') AS problems,
        count(*) FILTER (happened > months(36) AND result = '不配合检查') AS refused,
        count(*) FILTER (happened > months(12) AND result = '通过登记的住所无法联系') AS lost
    FROM lake('administrative-inspection') GROUP BY subject_id
), compulsion AS (SELECT subject_id, count(*) AS n FROM lake('administrative-compulsion') WHERE happened > months(24) GROUP BY subject_id
), bidding AS (SELECT subject_id, count(*) AS n FROM lake('bidding-misconduct') WHERE valid_until >= as_of() GROUP BY subject_id
), price AS (SELECT subject_id, count(*) AS n FROM lake('price-dishonesty') WHERE happened > months(24) GROUP BY subject_id
), fiscal AS (SELECT subject_id, sum(amount) AS n FROM lake('fiscal-fund-misuse') WHERE happened > months(36) GROUP BY subject_id
), securities AS (
    SELECT subject_id, count(*) AS n FROM lake('securities-integrity') WHERE happened > months(36) AND lasting(valid_until) GROUP BY subject_id
), property AS (
    SELECT subject_id, count(*) AS n FROM lake('intellectual-property-dishonesty') WHERE lasting(valid_until) GROUP BY subject_id
), misconduct AS (
    SELECT subject_id, arg_max(level, place(happened, id)) AS v FROM lake('research-misconduct') WHERE valid_until >= as_of() GROUP BY subject_id
), performed AS (
    SELECT subject_id, coalesce(sum(CASE WHEN performance = '全部未履行' THEN weight(happened) ELSE 0 END), 0)::BIGINT AS broken,
        count(*) FILTER (performance = '部分履行' AND happened > months(24)) AS partly, count(*) FILTER (happened > months(36)) AS n,
        count(*) FILTER (performance = '全部履行' AND happened > months(36)) AS whole
    FROM lake('credit-commitment-performance') GROUP BY subject_id
), commitment AS (
    SELECT subject_id, count(DISTINCT kind) AS n FROM lake('credit-commitment') WHERE lasting(valid_until) GROUP BY subject_id
), contract AS (
    SELECT subject_id, count(*) FILTER (due_on <= as_of()) AS due,
        count(*) FILTER (due_on <= as_of() AND performance = '全部履行' AND done_on <= due_on) AS kept,
        sum(amount) FILTER (performance = '全部未履行' AND due_on < as_of() AND happened > months(36)) AS broken,
        count(*) FILTER (performance = '全部履行' AND happened > months(36)) AS done
    FROM lake('contract-performance') GROUP BY subject_id
), court AS (
    SELECT subject_id, count(*) FILTER (standing(removed_on)) AS n, sum(outstanding) FILTER (standing(removed_on)) AS amount,
        count(DISTINCT court) FILTER (standing(removed_on)) AS courts, count(*) FILTER (happened > months(36)) AS whole,
        count(*) FILTER (removed_on <= as_of() AND happened > months(36)) AS closed, max(happened) AS latest
    FROM lake('court-unperformed') GROUP BY subject_id
), finance AS (
    SELECT subject_id, count(*) AS n, sum(amount) AS amount FROM lake('financing-default') WHERE standing(cleared_on) GROUP BY subject_id
), registered AS (SELECT subject_id, max(happened) AS latest FROM lake('enterprise-registration') GROUP BY subject_id
), report AS (SELECT subject_id, count(DISTINCT year) AS n FROM lake('annual-report') WHERE happened > months(36) GROUP BY subject_id
), tax AS (
    SELECT subject_id, arg_max(grade, place(happened, id)) AS v FROM lake('tax-rating') WHERE happened > months(24) AND lasting(valid_until) GROUP BY subject_id
), arrears AS (SELECT subject_id, sum(amount) AS n FROM lake('tax-arrears') WHERE standing(cleared_on) GROUP BY subject_id
), tax_a AS (SELECT subject_id, count(DISTINCT year) AS n FROM lake('tax-rating-a') WHERE happened > months(60) GROUP BY subject_id
), aeo AS (SELECT subject_id, count(*) AS n FROM lake('customs-aeo') WHERE lasting(valid_until) GROUP BY subject_id
), honour AS (
    SELECT subject_id, count(*) FILTER (level IN ('国家级', '省级')) AS high,
        count(*) FILTER (level IN ('市级', '区县级') AND happened > months(36)) AS local
    FROM lake('credit-honour') WHERE lasting(valid_until) GROUP BY subject_id
), reward AS (
    SELECT subject_id, sum(CASE WHEN happened > months(24) THEN 100 ELSE 50 END)::BIGINT AS n
    FROM lake('administrative-reward') WHERE happened > months(60) GROUP BY subject_id
), research AS (
    SELECT subject_id, count(*) FILTER (kind IN ('高新技术企业', '科技型中小企业', '专精特新企业') AND lasting(valid_until)) AS standing,
        sum(expenses) FILTER (happened > months(36)) AS spent, count(*) FILTER (kind IN ('科技计划项目', '企业研发机构') AND happened > months(60)) AS projects
    FROM lake('research-development') GROUP BY subject_id
), rights AS (
    SELECT subject_id, count(*) FILTER (kind = '发明专利') AS patents, count(DISTINCT kind) FILTER (kind <> '发明专利') AS others
    FROM lake('intellectual-property-right') WHERE lasting(valid_until) GROUP BY subject_id
), debtor AS (
    SELECT DISTINCT subject_id, true AS listed FROM lake('judgment-debtors')
    WHERE removed_on > as_of() OR (removed_on IS NULL AND decision_date > months(24))
), ended_by AS (
    SELECT subject_id, bool_or(state = '吊销') AS revoked, bool_or(state IN ('注销', '撤销')) AS gone
    FROM lake('enterprise-deregistration') GROUP BY subject_id
), valued AS (
    SELECT subject_id,
        coalesce(penalty.penalties, 0) AS v_penalties, coalesce(penalty.light, 0) AS v_light_penalties, coalesce(penalty.fines, 0) AS v_fines,
        coalesce(penalty.confiscations, 0) AS v_confiscations, coalesce(penalty.authorities, 0) AS v_penalty_authorities,
        coalesce(penalty.heavies, 0) AS v_heavy_penalties, least(coalesce(penalty.licences, 0), 1) AS v_licence_penalties,
        as_of() - penalty.latest AS v_last_penalty, least(coalesce(abnormal.now, 0), 1) AS v_abnormal, coalesce(abnormal.past, 0) AS v_past_abnormal,
        least(coalesce(tax_abnormal.n, 0), 1) AS v_tax_abnormal,
        CASE WHEN inspection.n > 0 THEN inspection.problems * 10000 // inspection.n END AS v_inspection_problems,
        coalesce(inspection.refused, 0) AS v_inspection_refusals, least(coalesce(inspection.lost, 0), 1) AS v_not_found,
        coalesce(compulsion.n, 0) AS v_compulsion, coalesce(bidding.n, 0) AS v_bidding_misconduct, coalesce(price.n, 0) AS v_price_dishonesty,
        coalesce(fiscal.n, 0) AS v_fiscal_fund_misuse, coalesce(securities.n, 0) AS v_securities_integrity,
        coalesce(property.n, 0) AS v_intellectual_property_dishonesty, misconduct.v AS v_research_misconduct,
        coalesce(performed.broken, 0) AS v_commitments_broken, coalesce(performed.partly, 0) AS v_commitments_partly,
        CASE WHEN performed.n > 0 THEN performed.whole * 10000 // performed.n END AS v_commitment_rate, coalesce(commitment.n, 0) AS v_commitments,
        CASE WHEN contract.due > 0 THEN contract.kept * 10000 // contract.due END AS v_contracts_kept,
        coalesce(contract.broken, 0) AS v_contracts_broken, coalesce(contract.done, 0) AS v_contracts, coalesce(court.n, 0) AS v_court_cases,
        coalesce(court.amount, 0) AS v_court_amount, coalesce(court.courts, 0) AS v_courts,
        CASE WHEN court.whole > 0 THEN court.closed * 10000 // court.whole END AS v_court_closed_rate, as_of() - court.latest AS v_last_enforcement,
        coalesce(finance.n, 0) AS v_financing_default, coalesce(finance.amount, 0) AS v_financing_default_amount,
        as_of() - registered.latest AS v_age, coalesce(report.n, 0) AS v_annual_reports, tax.v AS v_tax_rating, coalesce(arrears.n, 0) AS v_tax_arrears,
        customs.v AS v_customs_rating, environment.v AS v_environmental_rating, disclosure.v AS v_environmental_disclosure, carbon.v AS v_carbon,
        labour.v AS v_labour_rating, construction.v AS v_construction_rating, fire.v AS v_fire_safety, food.v AS v_food_risk,
        health.v AS v_health_compliance, medical.v AS v_medical_insurance_rating, agency.v AS v_inspection_agency, market.v AS v_market_risk,
        coalesce(tax_a.n, 0) AS v_tax_a_years, least(coalesce(aeo.n, 0), 1) AS v_aeo, coalesce(honour.high, 0) AS v_honours,
        coalesce(honour.local, 0) AS v_local_honours, coalesce(reward.n, 0) AS v_rewards, least(coalesce(research.standing, 0), 1) AS v_innovative,
        coalesce(research.spent, 0) AS v_research_spending, coalesce(research.projects, 0) AS v_research_projects,
        coalesce(rights.patents, 0) AS v_patents, coalesce(rights.others, 0) AS v_other_rights,
        (s1.listed IS NOT NULL)::INT + 2 * (s2.listed IS NOT NULL)::INT + 4 * (s3.listed IS NOT NULL)::INT + 8 * (s4.listed IS NOT NULL)::INT
        + 16 * (s5.listed IS NOT NULL)::INT + 32 * (s6.listed IS NOT NULL)::INT + 64 * (s7.listed IS NOT NULL)::INT
        + 128 * (s8.listed IS NOT NULL)::INT + 256 * (s9.listed IS NOT NULL)::INT + 512 * (s10.listed IS NOT NULL)::INT
        + 1024 * (s11.listed IS NOT NULL)::INT + 2048 * (debtor.listed IS NOT NULL)::INT + 4096 * coalesce(ended_by.revoked, false)::INT AS vetoes
    FROM population
    LEFT JOIN penalty USING (subject_id) LEFT JOIN abnormal USING (subject_id) LEFT JOIN tax_abnormal USING (subject_id)
    LEFT JOIN inspection USING (subject_id) LEFT JOIN compulsion USING (subject_id) LEFT JOIN bidding USING (subject_id)
    LEFT JOIN price USING (subject_id) LEFT JOIN fiscal USING (subject_id) LEFT JOIN securities USING (subject_id)
    LEFT JOIN property USING (subject_id) LEFT JOIN misconduct USING (subject_id) LEFT JOIN performed USING (subject_id)
    LEFT JOIN commitment USING (subject_id) LEFT JOIN contract USING (subject_id) LEFT JOIN court USING (subject_id)
    LEFT JOIN finance USING (subject_id) LEFT JOIN registered USING (subject_id) LEFT JOIN report USING (subject_id)
    LEFT JOIN tax USING (subject_id) LEFT JOIN arrears USING (subject_id) LEFT JOIN tax_a USING (subject_id) LEFT JOIN aeo USING (subject_id)
    LEFT JOIN honour USING (subject_id) LEFT JOIN reward USING (subject_id) LEFT JOIN research USING (subject_id)
    LEFT JOIN rights USING (subject_id) LEFT JOIN debtor USING (subject_id) LEFT JOIN ended_by USING (subject_id)
    LEFT JOIN graded('customs-rating') customs USING (subject_id) LEFT JOIN graded('environmental-rating') environment USING (subject_id)
    LEFT JOIN stated('environmental-disclosure') disclosure USING (subject_id) LEFT JOIN stated('carbon-emitter') carbon USING (subject_id)
    LEFT JOIN graded('labour-security-rating') labour USING (subject_id) LEFT JOIN graded('construction-rating') construction USING (subject_id)
    LEFT JOIN graded('fire-safety-rating') fire USING (subject_id) LEFT JOIN graded('food-risk-class') food USING (subject_id)
    LEFT JOIN graded('health-compliance-rating') health USING (subject_id) LEFT JOIN graded('medical-fixed-rating') medical USING (subject_id)
    LEFT JOIN graded('inspection-agency-rating') agency USING (subject_id) LEFT JOIN graded('market-risk-class') market USING (subject_id)
    LEFT JOIN severe('tax-severe') s1 USING (subject_id) LEFT JOIN severe('customs-severe') s2 USING (subject_id)
    LEFT JOIN severe('serious-violation') s3 USING (subject_id) LEFT JOIN severe('wage-arrears') s4 USING (subject_id)
    LEFT JOIN severe('social-insurance-severe') s5 USING (subject_id) LEFT JOIN severe('work-safety-severe') s6 USING (subject_id)
    LEFT JOIN severe('statistics-severe') s7 USING (subject_id) LEFT JOIN severe('securities-severe') s8 USING (subject_id)
    LEFT JOIN severe('housing-market-severe') s9 USING (subject_id) LEFT JOIN severe('culture-tourism-severe') s10 USING (subject_id)
    LEFT JOIN severe('procurement-severe') s11 USING (subject_id)
    WHERE NOT coalesce(ended_by.gone, false)
), pointed AS (
    SELECT *,
        CASE WHEN v_penalties < 25 THEN 0 WHEN v_penalties < 100 THEN -1000 WHEN v_penalties < 200 THEN -2500 WHEN v_penalties < 400 THEN -5000 ELSE -8000 END AS p_penalties,
        many(v_light_penalties, 1, -300, 3, -800) AS p_light_penalties,
        CASE WHEN v_fines < 10 THEN 0 WHEN v_fines < 100 THEN -500 WHEN v_fines < 1000 THEN -1500 WHEN v_fines < 5000 THEN -3000 WHEN v_fines < 10000 THEN -4500 ELSE -6000 END AS p_fines,
        many(v_confiscations, 0.1, -800, 10, -2000) AS p_confiscations, many(v_penalty_authorities, 2, -800, 4, -2000) AS p_penalty_authorities,
        many(v_heavy_penalties, 1, -3000, 2, -5000) AS p_heavy_penalties, if_any(v_licence_penalties, -6000) AS p_licence_penalties,
        CASE WHEN v_last_penalty IS NULL THEN 1000 WHEN v_last_penalty < 180 THEN -2000 WHEN v_last_penalty < 365 THEN -1000 WHEN v_last_penalty < 1095 THEN 0 ELSE 500 END AS p_last_penalty,
        if_any(v_abnormal, -4000) AS p_abnormal, many(v_past_abnormal, 1, -500, 2, -1200) AS p_past_abnormal, if_any(v_tax_abnormal, -4000) AS p_tax_abnormal,
        CASE WHEN v_inspection_problems IS NULL THEN 500 WHEN v_inspection_problems < 1000 THEN 1000 WHEN v_inspection_problems < 3000 THEN 0 WHEN v_inspection_problems < 6000 THEN -1000 ELSE -2500 END AS p_inspection_problems,
        many(v_inspection_refusals, 1, -1500, 2, -3000) AS p_inspection_refusals, if_any(v_not_found, -1500) AS p_not_found,
        many(v_compulsion, 1, -1000, 3, -2000) AS p_compulsion, many(v_bidding_misconduct, 1, -2000, 2, -4000) AS p_bidding_misconduct,
        many(v_price_dishonesty, 1, -1200, 2, -2500) AS p_price_dishonesty, many(v_fiscal_fund_misuse, 0.01, -2000, 50, -4000) AS p_fiscal_fund_misuse,
        many(v_securities_integrity, 1, -1000, 3, -2500) AS p_securities_integrity,
        many(v_intellectual_property_dishonesty, 1, -1500, 2, -2500) AS p_intellectual_property_dishonesty,
        CASE v_research_misconduct WHEN '较轻' THEN -500 WHEN '较重' THEN -1500 WHEN '严重' THEN -3000 WHEN '特别严重' THEN -4000 ELSE 0 END AS p_research_misconduct,
        CASE WHEN v_commitments_broken < 25 THEN 0 WHEN v_commitments_broken < 100 THEN -1000 WHEN v_commitments_broken < 300 THEN -2500 ELSE -4500 END AS p_commitments_broken,
        many(v_commitments_partly, 1, -500, 3, -1200) AS p_commitments_partly,
        CASE WHEN v_commitment_rate IS NULL THEN 0 WHEN v_commitment_rate < 6000 THEN -2000 WHEN v_commitment_rate < 9000 THEN -500 WHEN v_commitment_rate < 10000 THEN 500 ELSE 1500 END AS p_commitment_rate,
        many(v_commitments, 1, 500, 3, 1000) AS p_commitments,
        CASE WHEN v_contracts_kept IS NULL THEN 0 WHEN v_contracts_kept < 5000 THEN -2500 WHEN v_contracts_kept < 8000 THEN -1000 WHEN v_contracts_kept < 9500 THEN 500 ELSE 1500 END AS p_contracts_kept,
        CASE WHEN v_contracts_broken < 1 THEN 0 WHEN v_contracts_broken < 100 THEN -1000 WHEN v_contracts_broken < 1000 THEN -2000 ELSE -3500 END AS p_contracts_broken,
        many(v_contracts, 1, 500, 5, 1000) AS p_contracts,
        CASE WHEN v_court_cases < 1 THEN 0 WHEN v_court_cases < 2 THEN -2000 WHEN v_court_cases < 5 THEN -4500 ELSE -7000 END AS p_court_cases,
        CASE WHEN v_court_amount < 10000 THEN 0 WHEN v_court_amount < 1000000 THEN -1500 WHEN v_court_amount < 10000000 THEN -3000 ELSE -5000 END AS p_court_amount,
        many(v_courts, 2, -800, 4, -1500) AS p_courts,
        CASE WHEN v_court_closed_rate IS NULL THEN 300 WHEN v_court_closed_rate < 5000 THEN -1500 WHEN v_court_closed_rate < 10000 THEN -500 ELSE 0 END AS p_court_closed_rate,
        CASE WHEN v_last_enforcement IS NULL THEN 500 WHEN v_last_enforcement < 90 THEN -1500 WHEN v_last_enforcement < 365 THEN -800 ELSE 0 END AS p_last_enforcement,
        many(v_financing_default, 1, -4000, 2, -6000) AS p_financing_default,
        CASE WHEN v_financing_default_amount < 1 THEN 0 WHEN v_financing_default_amount < 100 THEN -1000 WHEN v_financing_default_amount < 1000 THEN -2000 ELSE -3000 END AS p_financing_default_amount,
        CASE WHEN v_age IS NULL OR v_age < 365 THEN 0 WHEN v_age < 1095 THEN 500 WHEN v_age < 3650 THEN 1000 ELSE 1500 END AS p_age,
        CASE WHEN v_annual_reports < 1 THEN 0 WHEN v_annual_reports < 2 THEN 400 WHEN v_annual_reports < 3 THEN 700 ELSE 1000 END AS p_annual_reports,
        CASE v_tax_rating WHEN 'A' THEN 4000 WHEN 'B' THEN 1500 WHEN 'M' THEN 500 WHEN 'C' THEN -2000 WHEN 'D' THEN -6000 ELSE 0 END AS p_tax_rating,
        CASE WHEN v_tax_arrears < 1 THEN 0 WHEN v_tax_arrears < 100000 THEN -1500 WHEN v_tax_arrears < 1000000 THEN -3000 ELSE -5000 END AS p_tax_arrears,
        CASE v_customs_rating WHEN '高级认证企业' THEN 2500 WHEN '常规企业' THEN 200 WHEN '失信企业' THEN -6000 ELSE 0 END AS p_customs_rating,
        CASE v_environmental_rating WHEN '绿' THEN 2000 WHEN '蓝' THEN 500 WHEN '黄' THEN -2500 WHEN '黑' THEN -6000 ELSE 0 END AS p_environmental_rating,
        CASE v_environmental_disclosure WHEN '已按期完成' THEN 500 WHEN '逾期完成' THEN -500 WHEN '未完成' THEN -2000 ELSE 0 END AS p_environmental_disclosure,
        CASE v_carbon WHEN '已按期完成' THEN 500 WHEN '逾期完成' THEN -1000 WHEN '未完成' THEN -3000 ELSE 0 END AS p_carbon,
        CASE v_labour_rating WHEN 'A' THEN 1500 WHEN 'B' THEN 500 WHEN 'C' THEN -4000 ELSE 0 END AS p_labour_rating,
        CASE v_construction_rating WHEN 'AAA' THEN 2000 WHEN 'AA' THEN 1500 WHEN 'A' THEN 1000 WHEN 'C' THEN -1500 WHEN 'D' THEN -4000 ELSE 0 END AS p_construction_rating,
        CASE v_fire_safety WHEN 'A' THEN 1000 WHEN 'B' THEN 500 WHEN 'C' THEN -1000 WHEN 'D' THEN -4000 ELSE 0 END AS p_fire_safety,
        CASE v_food_risk WHEN 'A' THEN 1000 WHEN 'C' THEN -500 WHEN 'D' THEN -1500 ELSE 0 END AS p_food_risk,
        CASE v_health_compliance WHEN 'A' THEN 1000 WHEN 'B' THEN 500 WHEN 'C' THEN -1000 WHEN 'D' THEN -3000 ELSE 0 END AS p_health_compliance,
        CASE v_medical_insurance_rating WHEN 'A' THEN 1000 WHEN 'B' THEN 500 WHEN 'C' THEN -1000 WHEN 'D' THEN -4000 ELSE 0 END AS p_medical_insurance_rating,
        CASE v_inspection_agency WHEN 'A' THEN 1000 WHEN 'B' THEN 500 WHEN 'C' THEN -1000 WHEN 'D' THEN -4000 ELSE 0 END AS p_inspection_agency,
        CASE v_market_risk WHEN 'A' THEN 1500 WHEN 'B' THEN 500 WHEN 'C' THEN -1500 WHEN 'D' THEN -4000 ELSE 0 END AS p_market_risk,
        many(v_tax_a_years, 1, 1000, 3, 2000) AS p_tax_a_years, if_any(v_aeo, 1500) AS p_aeo, many(v_honours, 1, 1000, 2, 2000) AS p_honours,
        many(v_local_honours, 1, 500, 3, 1000) AS p_local_honours,
        CASE WHEN v_rewards < 50 THEN 0 WHEN v_rewards < 100 THEN 500 WHEN v_rewards < 200 THEN 1000 ELSE 1500 END AS p_rewards,
        if_any(v_innovative, 1500) AS p_innovative,
        CASE WHEN v_research_spending < 10 THEN 0 WHEN v_research_spending < 100 THEN 500 WHEN v_research_spending < 1000 THEN 1000 ELSE 1500 END AS p_research_spending,
        many(v_research_projects, 1, 500, 3, 1000) AS p_research_projects,
        CASE WHEN v_patents < 1 THEN 0 WHEN v_patents < 5 THEN 500 WHEN v_patents < 20 THEN 1000 ELSE 1500 END AS p_patents,
        many(v_other_rights, 1, 300, 3, 600) AS p_other_rights
    FROM valued
), summed AS (
    SELECT *,
        limited(-26000, 1500, p_penalties + p_light_penalties + p_fines + p_confiscations + p_penalty_authorities + p_heavy_penalties + p_licence_penalties
            + p_last_penalty + p_abnormal + p_past_abnormal + p_tax_abnormal + p_inspection_problems + p_inspection_refusals + p_not_found + p_compulsion
            + p_bidding_misconduct + p_price_dishonesty + p_fiscal_fund_misuse + p_securities_integrity + p_intellectual_property_dishonesty
            + p_research_misconduct) AS d_administration,
        limited(-10000, 4500, p_commitments_broken + p_commitments_partly + p_commitment_rate + p_commitments + p_contracts_kept + p_contracts_broken
            + p_contracts) AS d_promises,
        limited(-18000, 500, p_court_cases + p_court_amount + p_courts + p_court_closed_rate + p_last_enforcement + p_financing_default
            + p_financing_default_amount) AS d_judiciary,
        limited(-22000, 12000, p_age + p_annual_reports + p_tax_rating + p_tax_arrears + p_customs_rating + p_environmental_rating
            + p_environmental_disclosure + p_carbon + p_labour_rating + p_construction_rating + p_fire_safety + p_food_risk + p_health_compliance
            + p_medical_insurance_rating + p_inspection_agency + p_market_risk) AS d_responsibility,
        limited(0, 10000, p_tax_a_years + p_aeo + p_honours + p_local_honours + p_rewards + p_innovative + p_research_spending + p_research_projects
            + p_patents + p_other_rights) AS d_incentives
    FROM pointed
)
SELECT *, limited(0, 100000, 60000 + d_administration + d_promises + d_judiciary + d_responsibility + d_incentives) AS score,
    CASE WHEN vetoes <> 0 THEN 'D' WHEN score >= 68000 THEN 'A' WHEN score >= 58000 THEN 'B' WHEN score >= 45000 THEN 'C' ELSE 'D' END AS grade
FROM summed;
